"""“I have a suggestion”: feedback from any channel, and the question whether it is settled."""

from __future__ import annotations

import re
from typing import Any

from backend.core import orgs
from backend.core.errors import NotFound
from backend.core.i18n import _
from backend.feedback import actions, wording
from backend.feedback.actions import Voice
from backend.feedback.form import FORM
from backend.fields.words import Media
from backend.residents import queries as residents
from conversations.flow import Answer, Command, Flow, Opening, Person, Submitted

_ADD = r"(?:[加增安]?装|增加|增设|加|放|修|建|种|摆|设|多|添|搞|弄|开|配)"
_PLACE = r"(?:院子|小区|社区|楼下|楼道|门口|花园|公园|广场|大厅|食堂|车棚|单元|电梯口|活动室)"
_WISH = (
    rf"^\W*能(?:再)?(?:多|少|加|早|晚|便宜)\S{{2,12}}吗?|(?:能不能|可不可以|能否)(?:早|晚|便宜|安静|多|少)\S{{1,10}}|希望\S{{2,10}}(?:一点|一些|点儿?)\W*$|(?:能不能|可不可以|可以|能否|要不要|最好|应该|请|要是能|如果能|希望)\S{{0,4}}(?:在|给|把)?\S{{0,8}}{_ADD}(?:一|几|个|点|些|了|装|设)+\S*|(?:可以|能|能不能|要不要)(?:在|给|往)?{_PLACE}.{{0,3}}{_ADD}\S*|(?:在|给)?{_PLACE}.{{0,6}}(?:能不能|可不可以|可以|应该|能|最好|需要|少|缺|没有).{{0,4}}(?:{_ADD}|个|些)\S*|(?:能不能|可不可以)(?:给|在|为).{{1,10}}{_ADD}\S*|(?:食堂|活动室|图书室|社区|大门).{{0,4}}(?:能不能|可不可以|希望|最好).{{1,10}}|.{{1,6}}(?:再)?多(?:一)?[点些](?:就好|更好|吧)\S*|(?:就|会)更?好了\W*$|要是.{{2,14}}就好了?|请(?:增加|增设|加装|多装|多放)\S*|多[放装种设]几[个把棵]\S*"
    r"|(?:我)?(?:来|想|要)*(?:说|讲|提)(?:几?个|点|一下)?(?:建议|意见|想法)|(?:我)?(?:想|要)(?:反映|反馈|反应)(?:一?下)?.{0,16}"
    r"|(?:夸(?!张|大)|赞扬|表扬)(?:一下|夸)?.{1,8}|.{1,8}(?:工作|事|服务|活儿?).{0,2}(?:做|干|办)得(?:真|很|非常|不错|好).{0,6}|(?:做|干)得(?:真|很|太)(?:好|棒)|.{1,6}(?:人|师傅)真好.{0,8}"
)
_WISH_EN = r"\b(?:can|could|would|will) (?:you|we) (?:please )?(?:put|add|plant|build|install|have|get|place|set up|open) (?:up )?(?:more |a |an |some |another |extra )(?!(?:person|human|plumber|electrician|account|repair|look|potluck|party)\b).{3,60}|\b(?:it would|it'd) be (?:nice|good|great|better)\b.*|\bwhy (?:not|don'?t (?:you|we)) (?:build|put|add|plant|have|open|make)\b.*|\bplease (?:add|put|plant|build|install) (?:more|a|an|some)\b.*|\bwe need (?:more|a|another) (?!plumber|electrician|repair).{3,40}|\bthere should be\b.*|\b(?:you|we) (?:should|could|might) (?:add|plant|put|build|have|open|make)\b.*|\bi want to thank the\b.*|\b(?:did|does) a (?:great|good|wonderful) job\b.*|\bidea for (?!an? (?:event|activity|party|class)).{3,30}"
_SUGGESTION = (
    r"(?:我)?(?:想|要|有)?(?:给你们|给社区|给物业)?提(?:点|个|一个|几个|些|一下)?(?:小)?(?:意见|建议)|有(?:个|一个|点|些|几个|条)?(?:小)?(?:建议|意见|想法)"
    r"|(?:我)?(?:想|要)?(?:反映|反应)(?:一下|一个|个|点|些)?(?:问题|情况|意见|件事)|(?:意见|建议)(?:反馈|箱|簿)|反馈(?:一下|个|一个)?(?:意见|建议|问题|情况)?|^\W*(?:我)?建议\S*|能不能\S{0,8}(?:加装?|装|增加|多|设|安排|弄)\S*"
    r"|(?:我)?(?:希望|觉得|认为)\S{0,12}(?:能|应该|可以|最好|加装|多)\S*"
)
_SUGGESTION_EN = (
    r"\b(?:i have|here is|here's) an? (?:small )?(?:suggestion|idea)\b(?! for an? (?:event|activity|party|class)).*|\bmy suggestion\b.*|\bi(?:'d| would) (?:like to )?suggest\b.*|\bsuggestions?\b"
    r"|\b(?:give|leave|have|some)? ?feedback\b"
)
_PRAISE = r"表扬(?:一下|信)?\S*|点(?:个)?赞|(?:要|想)?感谢(?!您|你)\S{1,12}(?:服务|帮|师傅|小|网格员|工作)\S*|(?:服务|态度)(?:真|特别|非常|很)好|好人好事"
_PRAISE_EN = r"\b(?:i(?:'d| would) like to )?(?:praise|compliment)\b.*|\b(?:great|excellent|wonderful) (?:service|work|job)\b"
INTENTS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (_WISH, _WISH_EN, _SUGGESTION, _SUGGESTION_EN, _PRAISE, _PRAISE_EN)
)
_PRAISES = re.compile(f"{_PRAISE}|{_PRAISE_EN}", re.IGNORECASE)
_ANNOUNCED = re.compile(
    r"^\W*(?:您好|你好|hello|hi)?\W*(?:我)?(?:想|要|有)?(?:给你们|给社区|给物业)?(?:提|有)?(?:点|个|一个|几个|些|一下|条|小)*(?:意见|建议|想法|反馈|表扬|投诉)(?:反馈)?(?:一下|个|一个)?(?:意见|建议|问题|情况)?"
    r"|^\W*(?:i have|i(?:'d| would) like to)? ?(?:an?|some|give|leave)? ?(?:suggestions?|ideas?|feedback|praise|complaint)\b",
    re.IGNORECASE,
)
OUTRIGHT = re.compile(
    r"^\W*(?:您好|你好|喂|那个|hello|hi|hey)?\W*(?:"
    r"(?:我)?(?:想|要|来|得|有)*(?:给|跟|向|对)?(?:你们?|社区|物业|居委会)?(?:提|有)(?:点|个|一个|几个|些|一下|条|小)*(?:意见|建议)"
    r"|(?:我)?(?:想|要|来|得)*(?:表扬|夸奖?|点赞)(?!信箱)|(?:我的)?(?:意见|建议|反馈|表扬)(?:如下)?[:：,，\s]|(?:我)?建议(?=.{2})"
    r"|(?:i have|i(?:'ve| have) got|here(?:'s| is)|i (?:want|wish|need) to (?:give|leave)|i(?:'d| would) like to (?:give|leave))? ?"
    r"(?:a |an |some |my |one )?(?:small )?(?:feedback|suggestions?|praise)\b(?! (?:box|form))"
    r"|(?:i (?:want|wish)|i(?:'d| would) like) to (?:praise|compliment|suggest|thank)\b)",
    re.IGNORECASE,
)
"""A wish said in so many words, with which she begins."""
_TELLS = 4
"""Characters beyond the announcement that make a sentence the feedback itself."""


def voice_of(person: Person) -> Voice:
    """Whose feedback it is, and which Org it is for. Raises NotFound while there is no community at all."""
    name = ""
    org_id = person.org_id
    if person.resident_id is not None:
        found = residents.by_id(person.resident_id)
        name, org_id = found.name, found.org_id
    if org_id is None:
        org_id = getattr(orgs.default_community(), "id", None)
    if org_id is None:
        raise NotFound()
    return Voice(person.identity_id, person.resident_id, org_id, person.channel, name)


def _start(person: Person, text: str) -> Opening:
    """What her words say already; the rest is asked."""
    known: dict[str, Any] = {}
    if text:
        if _PRAISES.search(text):
            known["kind"] = "praise"
        elif re.search(r"建议|希望|能不能|觉得|suggest|idea", text, re.IGNORECASE):
            known["kind"] = "suggestion"
        rest = _ANNOUNCED.sub("", text).strip(" ,，。.:：、!！")
        if len(rest) >= _TELLS:
            known["text"] = text.strip()
    return Opening(prefill=known, facts={"unregistered": person.resident_id is None})


def _submit(person: Person, done: Submitted) -> Answer:
    answers = done.answers
    photo: Media | None = answers.get("photo")
    feedback = actions.take(
        voice_of(person),
        answers["kind"],
        answers["topic"],
        answers["text"],
        photo=photo.key if photo else None,
        wants_answer=bool(answers["answer"]),
        contact=answers.get("contact"),
    )
    return Answer.of(wording.taken(feedback))


def _settled(person: Person, argument: str) -> Answer:
    number, _sep, said = argument.partition(":")
    settled = said == "yes"
    if not number.isdecimal():
        raise NotFound()
    feedback = actions.settle(voice_of(person), int(number), settled)
    return Answer.of(wording.heard(feedback, settled=settled))


EXAMPLES = (
    "小区可以加个滑梯吗", "能不能给老人装个扶手", "食堂能不能便宜点", "请增加路灯", "多放几个垃圾桶", "要是能装电梯就好了", "夸一下小王", "社区工作做得不错", "反映一下卫生", "小区少个公厕", "意见箱在哪", "could you put more lamps in the garden", "it would be nice to have a bench", "please add more lights", "why not build a playground", "you should plant more trees", "the worker did a great job", "we need more parking",
    "我要提个意见", "我有个建议", "反映一个问题", "希望小区多装椅子", "能不能加装充电桩", "建议晚上安静点", "表扬一下师傅", "I have a suggestion", "I would like to praise somebody",
    "some feedback for you",
)  # fmt: skip
FLOWS = [
    Flow(
        "feedback",
        FORM,
        _("Tell us what you think"),
        _start,
        _submit,
        intents=INTENTS,
        outright=OUTRIGHT,
        menu=60,
        examples=EXAMPLES,
    )
]
COMMANDS = [Command("feedback.settled", _settled)]

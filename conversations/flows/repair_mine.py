"""The resident's side of an open repair: how it stands, cancelling, rating, "it is not mended"."""

from __future__ import annotations

import re

from backend.core.errors import LinliError, NotFound
from backend.core.i18n import _
from backend.fields.form import Form
from backend.fields.text import LongText
from backend.fields.words import Option, Words
from backend.requests import actions, queries, replies
from backend.requests.form import photos_of
from conversations.flow import Answer, Command, Flow, Opening, Person, Submitted
from conversations.flows.repair import _no_start, actor_of, asker_of

REPORT = Option("flow:repair", _("Report a repair"))
_SHOW = re.compile(r"(?:^|[^a-z0-9])R\s?[-–—]?\s?(\d{4,8})(?!\d)", re.IGNORECASE)
_SHOW_ZH = re.compile(r"(?:工单|报修单?|单号)\s*号?\s*[::]?\s*(\d{4,8})(?!\d)")
_ASKED = (
    r"(?:报修|维修|修理|修).{0,3}的?(?:事|人|师傅)?.{0,2}(?:有)?(?:着落|消息|下文|动静|结果|回音).{0,4}|(?:帮我|给我|想|要)?查.{0,4}修(?:到|得).{0,6}|(?:修理|维修)的?(?:人|师傅)?.{0,2}(?:几点|什么时候|啥时候|何时).{0,5}|(?:能不能|可以|麻烦)*快点?(?:派|叫|让|安排).{0,6}(?:来|修).{0,3}|有没有(?:安排|派).{0,4}|(?<=我的)(?:工单|单子)|我.{0,4}报修.{0,2}(?:单子?|工单|事).{0,3}|(?:上|这|那|前|昨|刚才|之前|我).{0,6}报(?:的|了)?.{0,6}(?:修|事|那个|问题).{0,6}(?:没动静|没消息|着落|下文|怎么样|处理|结果|呢|到哪|咋样|没(?:人|来)|有人|音信)\S{0,6}|(?:谁|哪个|哪位).{0,3}(?:负责|来).{0,2}(?:给)?(?:我|修).{0,6}|(?:修理|维修|上门)?的?(?:师傅|工人|人|修理工|维修工|水电工|电工).{0,4}(?:怎么|咋|为啥)?(?:还)?(?:没|有没有)(?:给我)?(?:联系|打电话|到|来|跟我)\S{0,6}"
    r"|(?:修理|维修)?(?:师傅|工人|人员|工)(?:有没有|是不是|什么时候|啥时候|会不会|何时)?(?:给我)?(?:联系|打电话)(?:过)?(?:我|给我)?(?:了没有?|没有?|了吗|吗)?|(?:没人|没有人).{0,2}(?:联系|给我打电话).{0,4}(?:修|师傅)|(?:还|到底)?(?:要|得|需要)?(?:等)?多久.{0,4}(?:师傅|工人|修|人)?.{0,3}(?:才|能)?(?:来|到|修|轮到)\S{0,4}|(?:约好|说好|约的|定好|预约).{0,8}(?:没来|没到|来了没|还来|怎么没)\S{0,4}"
    r"|.{0,8}(?:啥时|什么时候|何时|几时|哪天|多久|几天).{0,2}(?:能|才|可以|给)*(?:我)?(?:修|弄|搞|解决|换)\S{0,5}|(?:工单|单子|维修单|报修单?|编号).{0,6}(?:状态|派|处理|到哪|进度|情况|结果|怎样|如何)\S{0,6}|(?:我)?(?:要|想|查|看)+(?:一下)?(?:维修|修理|报修|工单)?(?:的)?(?:进度|进展)|上次(?:那个)?.{0,3}修.{0,2}的?(?:事|那个)|(?:安排|派)(?:了)?(?:人|师傅)(?:来)?(?:了)?(?:没|吗)|我报的(?:那个)?(?:事情?|修|问题|故障|东西).{0,10}"
    r"|\b(?:happened|happening|going on) (?:to|with) (?:my|the) (?:repair|request|report|ticket)\b.{0,10}|\bwhen .{0,10}\b(?:plumber|electrician|repair ?man|technician|worker|handyman|engineer)\b.{0,12}|\b(?:plumber|electrician|repair ?man|technician|worker|handyman)\b.{0,10}\b(?:coming|come|arrive|on (?:the|his) way|yet|late)\b.{0,10}|\bhow (?:much )?long(?:er)? .{0,20}\b(?:plumber|electrician|repair ?man|technician|worker|handyman)\b.{0,10}|\bwhat time (?:will|do|does|are) (?:they|he|you|she|the \w+)\b.{0,12}|\bwho (?:is|will) (?:be )?(?:com\w+|fix\w*|repair\w*)\b.{0,20}|\b(?:did|have) you (?:already )?(?:sen[dt]|assigned?|arranged?) .{3,20}|\bi (?:reported|requested) .{3,40}"
)
_MINE = re.compile(
    rf"{_ASKED}|"
    r"(?:什么时候|啥时候|何时|多久|哪天|几点|几时)(?:能|才|可以|会|给|来|有人|再)*(?:修|上门|弄好|搞好|处理|派人|解决|来人|来看|来弄)\S{0,4}|(?:修|弄|搞|处理)(?:好|完)了?(?:吗|没有?|么)|(?:昨天|前天|上次|上周|早上|上午|刚才|之前|上个?月)(?:我)?报(?:的|了).{0,8}|我的(?:维修|修理)"
    r"|(?:我的?)?(?:上次)?(?:报(?:的|了)?修|维修|修理|工单|单子|订单)(?:单|的|事)*(?:进度|进展|情况|状态|到哪(?:一步)?了?|(?:处理|安排|弄)?得?(?:怎么样|咋样|如何)了?|记录|有(?:没有)?(?:人|结果|消息|下文|进展)\S{0,6}|处理(?:了|好|完)\S{0,4}|受理\S{0,4}|派(?:人|单|出去)\S{0,4}|呢|啥时候\S{0,6}|什么时候\S{0,6})"
    r"|(?:查|看|问)(?:一?下|询|看|问)*(?:我的?)?(?:上次)?(?:的)?(?:报的?修|维修|工单|单子)(?:的)?(?:进度|情况|记录)?|我的?报修|报修(?:进度|记录|单)|上次报的?.{0,3}修"
    r"|修(?:得|的)?(?:怎么样|咋样|如何|到哪(?:一步|儿|里)?)了?|(?:师傅|工人|维修工|修理工).{0,6}(?:什么时候|啥时候|几点|多久|到哪|来了没|来了吗|来不来|来吗|今天来)\S{0,6}|(?:修|弄|搞)(?:好|完)(?:了)?(?:吗|没有?|么)|^\W*(?:师傅|工人|人|你们|他们?|她|大概|大约|到底|今天|明天|那|请问|的)*(?:什么时候|几点|多久|啥时候|何时|哪天).{0,4}(?:来|到|上门|修好?)|(?:什么时候|几点|多久|啥时候|何时|哪天).{0,4}(?:上门|修好|能修|来修)"
    r"|师傅.{0,4}(?:电话|手机|号码|姓什么|叫什么|是谁)|(?:哪个|哪位|谁).{0,3}师傅|谁来修|有没有派(?:人|师傅|单)\S{0,3}|派(?:人|师傅|单)了(?:没|吗)\S{0,2}|(?:昨天|前天|上周|早上|今天|上次|之前|刚才)?(?:我)?报的?修.{0,4}(?:没|咋|怎么|啥|什么|呢)\S{0,6}|(?:报修|维修|工单|单子).{0,2}(?:处理|办|弄|派)(?:到|得)\S{0,5}|^\W*(?:师傅|工人|人|他|还|都|到底|怎么)*来了?(?:吗|没有?)|^\W*(?:师傅|工人|人|他)*(?:现在|走|都)*到哪(?:里|儿)?了|有人(?:来|管|处理|接单|修)(?:了)?吗|^\W*(?:有(?:没有)?(?:新)?(?:消息|进展))|^\W*(?:处理|最新|查)?进度|is it (?:fixed|done|ready|repaired)(?: yet)?|\bany (?:news|update)s?\b|\bwhen (?:is|will|are|does|do|can) (?:he|she|they|you|it|my|some|any|the (?:repair|plumb|electric|work|tech|engin|man|guy|handy|locks|maint)).{0,25}(?:com(?:e|ing)|arriv\w*|here|fix\w*|repair\w*|visit\w*)"
    r"|\b(?:has|have|is|was) (?:my|the) (?:repair|request|ticket)\b.{0,24}|\bmy repairs?\b(?: request| status)?|\b(?:repair|request|ticket|job) (?:status|progress|update)\b|\b(?:check|track|see|follow)(?: on)?(?: up)? (?:the |my )?(?:progress|status|repair|request|ticket)s?\b|\b(?:status|progress|update) (?:of|on|about) (?:the |my )?(?:repair|request|ticket|job)\b|\bwhat(?:'s| is| has) (?:happen\w* )?(?:with |to |about )?my (?:repair|request|ticket)\b"
    r"|\bwhen (?:will|are|is|can|do|does)\b.{0,30}\b(?:fix\w*|repair\w*|mend\w*)\b.{0,10}|\b(?:is|has|are|was) (?:my|the|our) .{0,25}\b(?:fixed|repaired|mended)\b(?: yet)?|\b(?:who is|has (?:anyone|somebody|someone|anybody)) .{0,20}(?:assigned|coming|come|looked|fix\w*|repair\w*).{0,20}|\bi (?:have |already )?(?:reported|requested|booked)\b.{0,40}|\bdid (?:you|the \w+|he|they) (?:get|receive|see) my (?:repair|request|report)\b.{0,12}|\bhow is (?:my|the) (?:repair|request)\b.{0,12}|\bis (?:somebody|someone|anybody|anyone|the \w+) (?:coming|on the way)\b|\bwhere is (?:the|my) (?:worker|plumber|electrician|repair ?man|technician)\b|\bwhen (?:will|does) (?:he|the worker|somebody|someone) come\b",
    re.IGNORECASE,
)
_MINE_SAID = (
    "我的报修怎么样了", "师傅什么时候来", "修到哪一步了", "查一下报修进度", "上次报的修有人管吗", "我报的修呢", "师傅到哪儿了", "when is the plumber coming", "status of my repair",
    "what about my repair request", "is the worker on the way", "师傅怎么没联系我", "还要多久才来", "工单什么状态", "维修进度", "单子派了吗", "约好今天来的怎么没来", "我家的灯什么时候能修好", "谁来给我修",
    "报的那个修没动静", "派人了没有", "修理工几点到", "查工单", "我报的事怎么样了", "any news about my repair", "is my repair done", "who comes to fix it", "has my request been seen",
    "how long until the plumber comes", "did anybody look at my request", "what is happening with my request", "when will you fix it", "the technician has not called me",
)  # fmt: skip


def number_in(argument: str) -> int:
    """The number that an option or a text names. Raises NotFound."""
    digits = "".join(c for c in argument.partition(":")[0] if c.isdecimal())
    if not digits or len(digits) > 9:
        raise NotFound(_("Which repair is it? The number looks like R-1047."))
    return int(digits)


def _show(person: Person, argument: str) -> Answer:
    number = number_in(argument)
    if person.staff_id is not None and (job := _as_worker(person.staff_id, number)) is not None:
        return Answer.of(job)
    request = queries.of_asker(asker_of(person), number)
    return Answer.of(
        replies.status(request, queries.worker_of(request), queries.timeline(request, internal=False))
    )


def _as_worker(staff_id: int, number: int) -> Words | None:
    request = next((r for r in queries.jobs_of(staff_id) if r.number == number), None)
    return replies.job(request, queries.who(request)) if request is not None else None


def _mine(person: Person, argument: str) -> Answer:
    found = queries.mine(asker_of(person))
    if not found:
        return Answer.of(
            Words(_("You have no repairs with us. When something breaks, just tell me."), options=(REPORT,))
        )
    if len(found) == 1:
        return _show(person, str(found[0].number))
    return Answer.of(replies.listed(found))


def _cancel(person: Person, argument: str) -> Answer:
    done = actions.cancel(actor_of(person), number_in(argument), asker_of(person))
    number = done.request.number
    if done.repeated:
        return Answer.of(Words(_("R-{number} was cancelled already.", number=number)))
    return Answer.of(
        Words(_("R-{number} is cancelled. If you need us after all, just tell me.", number=number))
    )


def rate(person: Person, argument: str) -> Answer | Opening:
    number = number_in(argument)
    rating = argument.partition(":")[2]
    done = actions.rate(actor_of(person), number, asker_of(person), int(rating) if rating.isdecimal() else 0)
    if done.repeated:
        return Answer.of(Words(_("Thank you, we have your rating of R-{number}.", number=number)))
    if done.request.rating is not None and done.request.rating <= 3:
        return Opening("repair_opinion", facts={"number": number})
    return Answer.of(
        Words(
            _(
                "Thank you. I pass it on to {worker}.",
                worker=replies.worker_called(queries.worker_of(done.request)),
            )
        )
    )


def _reopen(person: Person, argument: str) -> Opening:
    number = number_in(argument)
    actions.check_reopen(number, asker_of(person))
    return Opening("repair_reopen", facts={"number": number, "photos": []})


# --- the questions that follow --------------------------------------------------------------------------------

OPINION = Form(
    "repair_opinion",
    _("What could have been better"),
    [
        LongText(
            "opinion",
            label=_("Your opinion"),
            ask=_("Thank you for being frank. What could have been better?"),
            optional=True,
            max_length=500,
        )
    ],
    review=False,
)
REOPEN = Form(
    "repair_reopen",
    _("Not mended"),
    [
        LongText(
            "why",
            label=_("What is still wrong"),
            ask=_("I am sorry to hear that. What is still wrong?"),
            max_length=500,
        )
    ],
    review=False,
)


def _submit_opinion(person: Person, done: Submitted) -> Answer:
    number, text = int(done.facts["number"]), done.answers.get("opinion")
    if text:
        actions.comment_on_rating(actor_of(person), number, asker_of(person), text)
    return Answer.of(
        Words(
            _("Thank you, the office reads it."),
            options=(Option(f"request.reopen:{number}", _("It is not mended"), _("not mended")),),
        )
    )


def _submit_reopen(person: Person, done: Submitted) -> Answer:
    number = int(done.facts["number"])
    try:
        result = actions.reopen(actor_of(person), number, asker_of(person), done.answers["why"])
        if photos := photos_of(done.answers, done.facts):
            actions.comment(actor_of(person), number, asker_of(person), "", photos)
    except LinliError as error:
        return Answer.of(Words(error.text))
    return Answer.of(replies.reopened(result.request))


FLOWS = [
    Flow("repair_opinion", OPINION, OPINION.title, _no_start, _submit_opinion),
    Flow("repair_reopen", REOPEN, REOPEN.title, _no_start, _submit_reopen),
]
COMMANDS = [
    Command("request.show", _show, patterns=(_SHOW, _SHOW_ZH)),
    Command(
        "request.mine",
        _mine,
        _("My repairs"),
        patterns=(_MINE,),
        audience="resident",
        menu=25,
        examples=_MINE_SAID,
    ),
    # Somebody who is not registered has no use for the menu entry, but may ask all the same.
    Command(
        "request.status",
        _mine,
        _("My repairs"),
        patterns=(_MINE,),
        audience="newcomer",
        examples=_MINE_SAID,
    ),
    Command("request.cancel", _cancel),
    Command("request.rate", rate),
    Command("request.reopen", _reopen),
]

"""A worker who writes instead of pressing: 接了, 在路上了, 到了, 搞定. The words name no request: the one they fit is meant."""

from __future__ import annotations

import re
from collections.abc import Callable

from backend.core.i18n import _
from backend.fields.words import Option, Words
from backend.requests import lifecycle, queries, replies
from conversations import phrases
from conversations.flow import Answer, Command, Opening, Person
from conversations.flows import repair_work
from conversations.flows.repair_work import actor_of

_NOT_ASKED = r"(?!\S{0,3}(?:吗|么|没有|没$|\?|？))"
_ACCEPT = re.compile(
    r"^\W*(?:好的?[\W]*)?(?:(?:我)?(?:接了|接单|接下|接受|接|收到了?|我去|我来|行|可以|没问题|好的?|好嘞|明白|ok|okay|accept(?:ed)?|i(?:'ll| will) (?:take|do) it|got it|yes))(?:了|吧|啊)?\W*$",
    re.IGNORECASE,
)
_GO = re.compile(
    r"(?:在|到)?路上|出发|出门了|马上(?:就)?(?:到|来|去|过来|过去)|这就(?:来|去|过来|过去)|现在(?:就)?(?:过来|过去|去)|赶过[去来]|\bon (?:my|the) way\b|\bomw\b|\bleaving now\b",
    re.IGNORECASE,
)
_HERE = re.compile(
    rf"^\W*(?:我)?(?:已经?|人)?(?:到了|到达|到现场|到门口|到位){_NOT_ASKED}|开始(?:修|干|弄|维修)|开工|正在修|在修了|\bi(?:'m| am) here\b|\barrived\b|\bstarting\b",
    re.IGNORECASE,
)
_DONE = re.compile(
    rf"搞定|完工|完事|(?:修|弄|做|换|装|通|处理|维修)(?:好|完)(?:了|啦)?{_NOT_ASKED}|(?:已经?)?(?:完成|解决|结束|干完)了?{_NOT_ASKED}|^\W*好了\W*$|\b(?:all )?done\b|\bfinished\b|\bfixed\b|\bcompleted\b",
    re.IGNORECASE,
)
_NO = re.compile(
    r"去不了|来不了|接不了|不接|拒绝|没空|没时间|忙不过来|忙着|走不开|干不了|换(?:个)?(?:别)?人|请假|不在岗|下班了|\bcan'?t (?:come|make it|take|do)\b|\bbusy\b|\bdecline\b",
    re.IGNORECASE,
)
_GOES_ON = re.compile(
    r"修不[好了]|还没(?:修)?好|(?:缺|差|没有?|等)(?:配件|零件|材料|工具|货)|要(?:买|订|等|换)\S{0,6}(?:配件|零件)|(?:明天|后天|下午|晚点|改天)(?:再)?(?:来|修|弄)|晚(?:点|一会)到|堵车"
    r"|\bneed(?:s)? (?:a )?parts?\b|\bspare parts?\b|\brunning late\b|\bcome back tomorrow\b",
    re.IGNORECASE,
)
_SHORT = 6
"""Longer than this, "搞定，换了个阀门" is its own note."""

Do = Callable[[Person, str], Answer | Opening]


def _act(name: str, act: str, *, note: str = "") -> Do:
    """The Command `name` on the one job for which `act` comes next; `note`: the Field that the words themselves answer."""

    def run(person: Person, text: str) -> Answer | Opening:
        jobs = queries.jobs_of(actor_of(person).id)
        fitting = [job for job in jobs if job.status in lifecycle.ACTS[act].sources]
        named = [job for job in fitting if str(job.number) in text]
        meant = named or _likeliest(fitting, act)
        if not jobs and act == "accept":
            return Answer.of(phrases.fine())
        if not meant:
            return repair_work.jobs(person, "")
        if len(meant) > 1:
            return _which(name, meant)
        result = repair_work.COMMAND[name].run(person, str(meant[0].number))
        if isinstance(result, Opening) and note and len(text.strip()) > _SHORT:
            return Opening(
                result.flow, prefill={note: text.strip()[:500]}, facts={**result.facts, "known": ""}
            )
        return result

    return run


def _likeliest(fitting: list[queries.Request], act: str) -> list[queries.Request]:
    """Those which stand right before `act`; somebody on the way to one job does not set out for another."""
    before = {
        "go": "accepted",
        "start": "on_the_way",
        "finish": "in_progress",
        "progress": "in_progress",
    }.get(act)
    near = [job for job in fitting if job.status == before] or fitting
    pressing = [job for job in near if job.urgency == "emergency"]
    return pressing if len(pressing) == 1 else near


def _which(name: str, found: list[queries.Request]) -> Answer:
    return Answer.of(
        Words(
            _("Which job do you mean?"),
            options=tuple(
                Option(f"{name}:{r.number}", replies.brief(r), replies.brief_short(r)) for r in found[:9]
            ),
        )
    )


COMMANDS = [
    Command(
        "work.accept", _act("request.accept", "accept"), patterns=(_ACCEPT,), audience="staff", whole=True
    ),
    Command("work.go", _act("request.go", "go"), patterns=(_GO,), audience="staff", whole=True),
    Command("work.start", _act("request.start", "start"), patterns=(_HERE,), audience="staff", whole=True),
    Command(
        "work.finish",
        _act("request.finish", "finish", note="note"),
        patterns=(_DONE,),
        audience="staff",
        whole=True,
    ),
    Command(
        "work.decline", _act("request.decline", "decline"), patterns=(_NO,), audience="staff", whole=True
    ),
    Command(
        "work.progress",
        _act("request.progress", "progress", note="text"),
        patterns=(_GOES_ON,),
        audience="staff",
        whole=True,
    ),
]

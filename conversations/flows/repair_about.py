"""What residents say about their repair without its number: never mind, another time, still leaking, why is nobody here."""

from __future__ import annotations

import re
from dataclasses import replace

from backend.core import clock
from backend.core.i18n import Text, _, render
from backend.fields import calendar
from backend.fields.form import Form
from backend.fields.text import LongText
from backend.fields.words import Option, Words
from backend.requests import actions, lifecycle, queries, replies, triage, wording
from backend.requests.form import photos_of
from conversations.flow import Answer, Command, Flow, Opening, Person, Submitted
from conversations.flows import complaint, file_photo, repair
from conversations.flows.repair import _no_start, actor_of, asker_of
from conversations.flows.repair_mine import REPORT, rate
from conversations.phrases import PERSON

_DROP = re.compile(
    r"^\W*(?:取消|撤销|撤单|不用了?来了?|别来了|不用(?:来)?修了?|不修了)\W*$|(?:取消|撤销|撤掉|退掉).{0,6}(?:报修|维修|预约|上门|工单|师傅)"
    r"|不用(?:来|再|上门|派|你们)*(?:修|来|上门|派人|麻烦)了?|(?:已经|自己|它|又)?(?:修好|弄好|好)了.{0,4}(?:不用|别|不要)|(?:不用|不需要|不要)(?:来)?(?:修|报修)了?.{0,6}(?:已经)?(?:好了|修好了|弄好了)?"
    r"|^\W*(?:已经|自己)(?:自己)?(?:修|弄)?好了\W*$"
    r"|\bcancel (?:the |my |this )?(?:repair|visit|appointment|booking|request)\b|\bno need to (?:come|repair|send)\b|\balready (?:fixed|solved|repaired|works?)\b|^\W*cancel\W*$",
    re.IGNORECASE,
)
_MOVE = re.compile(
    r"(?:改|换|调|变)(?:一?下|个|到|成|约|期|天)*(?:上门)?(?:时间|日子|时候|日期|天|周|星期|礼拜|明|后天|上午|中午|下午|晚上)(?:[一二三四五六日天]|上午|中午|下午|晚上|[\d一二三四五六七八九十]{1,2}点|再?来|吧|行吗|好吗|可以吗)*|改约|改期|改天|(?:推迟|延后|提前|晚点|早点).{0,4}(?:来|上门|修|吗|一)"
    r"|(?:那天|到时候?|明天|后天|周.)(?:我)?(?:不在家|没人在家|家里没人|没空|没时间)|\breschedule\b|\b(?:change|move) (?:the |my )?(?:time|appointment|visit|date|slot)\b|\banother (?:time|day)\b"
    r"|\bnot (?:at )?home (?:then|that day|tomorrow)\b",
    re.IGNORECASE,
)
_STILL = re.compile(
    r"(?:没|没有|未)(?:给我)?(?:修|弄|搞)好|(?:还|还是|仍然?)(?:在)?(?:漏|滴|堵|渗|不亮|不热|不通|不行|坏|没修好|没好)|又(?:坏|漏|堵|滴|不亮|不热|不行|这样)了?|修了(?:也)?(?:没用|白修)"
    r"|\bstill (?:leak|drip|broken|block|not|doesn|no )\w*|\bnot (?:fixed|mended|repaired)\b|\b(?:broken|leaking|leaks|blocked) again\b",
    re.IGNORECASE,
)
_HURRY = re.compile(
    r"(?:怎么|为什么|咋)?(?:还|都|一直|到现在)(?:没|不)(?:有)?(?:人|师傅)?(?:来|到|管|修|处理|动静|消息|回)|没(?:有)?人(?:来|管|理|修|处理|接|回)|几天了|\S{1,3}(?:天|周|个?月|小时|个?星期|个?礼拜)了|等了?(?:很久|好久|半天|多久|\S{1,3}(?:天|小时))"
    r"|催(?:一?下|单|促)?|快点(?:来|派人|修)?|尽快(?:来|派|修)|人呢|什么时候有人"
    r"|\bnobody (?:came|comes|has come|is coming)\b|\bno ?one (?:came|has come|is coming|showed)\b|\bstill waiting\b|\bhurry\b|\bhow (?:much )?long(?:er)?\b|\bwaited\b",
    re.IGNORECASE,
)
_RATED = re.compile(
    r"^\W*(?:打|给|评)?(?:([1-5一二三四五])(?:分|星|颗星)|(非常|很|十分|特别)?(?:满意|不错|好评|挺好的?|很好|修得(?:很|真|挺)?好|师傅(?:很|真|挺)好)|(不满意|差评|很差)|(一般|还行|凑合))[\W了的啊吧]*$"
)
_DIGITS = dict(zip("一二三四五12345", "1234512345", strict=True))


def _open(person: Person) -> list[queries.Request]:
    return [r for r in queries.mine(asker_of(person)) if r.status in lifecycle.OPEN]


def _lately_done(person: Person) -> queries.Request | None:
    """Her latest repair whose end is not older than a reopening may be."""
    mine = [r for r in queries.mine(asker_of(person)) if r.status in ("done", "closed")]
    return next((r for r in mine if lifecycle.may_reopen(r.done_at, clock.now())), None)


def _drop(person: Person, text: str) -> Answer:
    """Which repair to cancel, asked before it is done: one tap, or its number."""
    found = _open(person)
    if not found:
        return Answer.of(
            Words(_("You have no open repair, so there is nothing to cancel."), options=(REPORT,))
        )
    keep = Option("!menu", _("Leave it as it is"), _("keep"))
    options = tuple(
        Option(f"request.cancel:{r.number}", _("Cancel R-{number} {category}", number=r.number, category=wording.category(r)),
               _("cancel R{number}", number=r.number))
        for r in found[:5]
    )  # fmt: skip
    asked = (
        _(
            "Shall I cancel R-{number} ({category})?",
            number=found[0].number,
            category=wording.category(found[0]),
        )
        if len(found) == 1
        else _("Which one shall I cancel?")
    )
    return Answer.of(Words(asked, options=(*options, keep)))


def _pass_on(
    person: Person,
    request: queries.Request,
    text: str,
    said: Text,
    short: Text,
    photos: tuple[str, ...] = (),
) -> Answer:
    """Write it into the request, so that whoever is on it reads it, and say so."""
    actions.comment(actor_of(person), request.number, asker_of(person), text.strip()[:500], photos)
    return Answer.of(Words(said, short=short, options=wording.resident_options(request)))


def _move(person: Person, text: str) -> Answer | Opening:
    found = _open(person)
    if not found:
        return Answer.of(Words(_("You have no open repair. Shall I book one?"), options=(REPORT, PERSON)))
    known = {"wish": text.strip()[:300]} if _names_a_time(text) else {}
    return Opening("repair_move", prefill=known, facts={"number": found[0].number, "known": "", "photos": []})


def _names_a_time(text: str) -> bool:
    try:
        return calendar.spoken(text, clock.local(clock.now()).date()) != calendar.Spoken()
    except (ValueError, OverflowError):
        return False


MOVE = Form(
    "repair_move",
    _("Another time"),
    [LongText("wish", label=_("Time"), ask=_("When would suit you? Like Saturday morning."), max_length=300)],
    review=False,
)


def _submit_move(person: Person, done: Submitted) -> Answer:
    number, wish = int(done.facts["number"]), str(done.answers["wish"])
    if _DROP.search(wish):
        return _drop(person, wish)
    request = queries.of_asker(asker_of(person), number)
    said = _(
        "I have passed it on for R-{number}: “{wish}”. A colleague arranges it with you.",
        number=number,
        wish=wish,
    )
    short = _("Passed on for R{number}. A colleague arranges the time with you.", number=number)
    return _pass_on(person, request, wish, said, short, photos_of(done.answers, done.facts))


def _anew(person: Person, text: str, found: list[queries.Request]) -> Opening | None:
    """A new report, when what is broken is none of what she has open."""
    category = triage.hear(text).category
    if category is None or category in {r.category for r in found}:
        return None
    return replace(repair.begin(person, text), flow="repair")


def _hurry(person: Person, text: str) -> Answer | Opening:
    found = _open(person)
    if (report := _anew(person, text, found)) is not None:
        return report
    if not found:
        return complaint.heard(person, text)
    request = found[0]
    actions.comment(actor_of(person), request.number, asker_of(person), text.strip()[:500])
    how = replies.status(request, queries.worker_of(request), ())
    sorry = Words(
        _("I am sorry that you have to wait. I have told those who are on it, and the office."),
        short=_("Sorry for the wait. The office has been told."),
    )
    return Answer((sorry, how), handover="asked")


def _still(person: Person, text: str) -> Answer | Opening:
    """Not mended after all: the finished one is opened again with her words; an open one gets them; else it is a new one."""
    found = _open(person)
    if found and any(words.search(text) for words in repair.INTENTS):
        # She names the thing itself: the report asks whether it is the same matter.
        return replace(repair.begin(person, text), flow="repair")
    if found:
        number = found[0].number
        said = _("I have added it to R-{number}, and whoever is on it has been told.", number=number)
        return _pass_on(
            person, found[0], text, said, _("Added to R{number}, they have been told.", number=number)
        )
    done = _lately_done(person)
    if done is None:
        return replace(repair.begin(person, text), flow="repair")
    return Opening(
        "repair_reopen", prefill={"why": text.strip()[:500]}, facts={"number": done.number, "photos": []}
    )


def _photo(person: Person, key: str) -> Answer | Opening:
    """A photo out of the blue: for the open repair, or for the one she is about to report."""
    if person.resident_id is None and person.staff_id is not None and file_photo.may(person):
        return file_photo.opened([key])
    found = _open(person)
    if not found:
        opening = replace(repair.begin(person, ""), flow="repair")
        known = render(_("I have your photo."), person.locale)
        return replace(opening, facts={**opening.facts, "photos": [key], "known": known})
    request = found[0]
    actions.comment(actor_of(person), request.number, asker_of(person), "", photos=(key,))
    said = _("Thank you, I have put the photo with R-{number} ({category}).", number=request.number,
             category=wording.category(request))  # fmt: skip
    return Answer.of(Words(said, options=(*wording.resident_options(request), REPORT)))


def _rated(person: Person, text: str) -> Answer | Opening:
    match = _RATED.match(text)
    done = next((r for r in queries.mine(asker_of(person)) if r.status == "done"), None)
    if match is None or done is None:
        return Answer.of(
            Words(
                _("Thank you, that is good to hear.")
                if match and match[2]
                else _("Thank you for telling me.")
            )
        )
    stars = _DIGITS[match[1]] if match[1] else "1" if match[3] else "3" if match[4] else "5"
    return rate(person, f"{done.number}:{stars}")


FLOWS = [Flow("repair_move", MOVE, MOVE.title, _no_start, _submit_move)]
COMMANDS = [
    Command("request.drop", _drop, patterns=(_DROP,), whole=True),
    Command("request.move", _move, patterns=(_MOVE,), whole=True),
    Command("request.still", _still, patterns=(_STILL,), whole=True),
    Command("request.hurry", _hurry, patterns=(_HURRY,), whole=True),
    Command("request.rated", _rated, patterns=(_RATED,), whole=True),
    Command("request.photo", _photo, photos=True),
]

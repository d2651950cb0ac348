"""Reporting a repair: from "厨房水管漏水了,3号楼2单元501" to a number to quote, with as few questions as possible."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from backend.core import orgs
from backend.core.access import Actor
from backend.core.errors import LinliError
from backend.core.i18n import LOCALES, Text, _, render
from backend.fields.address import Home, find_home
from backend.fields.base import join
from backend.fields.form import Form
from backend.fields.media import Photo
from backend.fields.words import Media, Option, Words
from backend.requests import actions, replies, slots, triage, wording
from backend.requests.actions import Asker, Booked, Contact, Report, SlotTaken
from backend.requests.form import CHAT, FORM, degree_field, report_of
from backend.residents import queries as residents
from conversations.flow import Answer, Flow, Opening, Person, Retry, Submitted

REGISTER = Option("flow:registration", _("Register"))
_PHOTO_HELPS = ("water", "drain")
"""Emergencies of which a photo can be taken safely."""

_THING = (
    r"水管|水龙头|龙头|阀门|马桶|热水器|花洒|下水道|下水|地漏|排水|厕所|电路|插座|电闸|灯泡|路灯|声控灯|灯|电梯|门锁|锁芯|锁|门禁|单元门|防盗门|大门|房门|窗户|窗子|"
    r"玻璃|纱窗|煤气|燃气|天然气|灶|暖气片|暖气|地暖|供暖|网络|宽带|网线|电视|井盖|栏杆|扶手|墙皮|屋顶|楼道|健身器材"
)
_BROKEN = (
    r"坏|漏|渗|堵|不亮|不热|不通|不出水|不动|不转|断|裂|爆|停了|停运|打不开|关不上|开不了|锁不上|松了|掉了|脱落|有异响|卡住|没反应|不能用|用不了|失灵|跳了|冒|"
    r"困|有味|碎|不制热|不着|打不着|丢了|进不去"
)
_ALONE = r"漏水|渗水|滴水|跑水|爆管|没水了?|停水|没电了?|停电|断电|跳闸|返水|反水|漏气|煤气味|燃气味|没暖气|断网|没网|漏电|堵了|我?[要想]?报修|报个修|维修|修一下|修理|找人修|来人修"
_EN_THING = (
    r"pipe|tap|faucet|toilet|sink|drain|shower|boiler|heater|power|socket|light|lights|lamp|bulb|lift|elevator|lock|door|window|"
    r"stove|gas|heating|radiator|internet|wifi|wi-fi|tv|intercom"
)
_EN_BROKEN = (
    r"leak(?:s|ing|ed)?|burst|broke(?:n)?|block(?:ed)?|clogged|not work(?:ing)?|doesn'?t work|stuck|out|dead|down|won'?t \w+|"
    r"drip(?:s|ping)?|smell(?:s)?|cold|trips|tripped|overflow(?:s|ing)?"
)
INTENTS = (
    re.compile(
        rf"(?:{_THING}).{{0,8}}?(?:{_BROKEN})\w{{0,2}}|(?:坏|漏|堵)[^,,。]{{0,4}}(?:{_THING})"
        rf"|困在?.{{0,6}}电梯|电梯.{{0,10}}困|(?:反?锁|关)在(?:家|屋|门|里|房|外)|{_ALONE}"
    ),
    re.compile(
        rf"\b(?:{_EN_THING})\b.{{0,25}}?\b(?:{_EN_BROKEN})\b|\b(?:{_EN_BROKEN})\b.{{0,15}}?\b(?:{_EN_THING})\b"
        r"|\bno (?:power|water|heat(?:ing)?|gas|internet|hot water|electricity)\b|\brepair(?:s|ed)?\b|\bneeds? fixing\b|\bfix (?:my|the|our)\b"
        r"|\bleak(?:s|ing)?\b|\bflood(?:s|ed|ing)?\b",
        re.IGNORECASE,
    ),
)

_BUILDING = re.compile(r"号楼|栋|幢|座|单元|[-#]|building|bldg|block|tower|unit", re.IGNORECASE)


def asker_of(person: Person) -> Asker:
    return Asker(person.resident_id, person.identity_id)


def actor_of(person: Person) -> Actor:
    """Who acts, for the history: a resident by name, somebody unknown by nothing."""
    if person.resident_id is None:
        return Actor("resident", 0, "")
    return Actor("resident", person.resident_id, residents.name_of(person.resident_id))


def org_of(person: Person) -> int | None:
    """Where her repair belongs."""
    if person.resident_id is not None:
        return residents.org_of(person.resident_id)
    community = orgs.default_community()
    return person.org_id or (community.id if community else None)


# --- understanding --------------------------------------------------------------------------------------------


def begin(person: Person, text: str) -> Opening:
    """What her words say already; the rest is asked."""
    home = residents.home_of(person.resident_id) if person.resident_id is not None else None
    org_id = org_of(person)
    facts: dict[str, Any] = {
        "slots": _slot_facts(org_id),
        # Each one costs a segment or has to be listened to; any other time can be said.
        "slots_shown": 5 if person.channel in CHAT else 3,
        "unregistered": person.resident_id is None,
        "photos": [],
    }
    if home:
        facts["home"] = home
    known: dict[str, Any] = {}
    if person.resident_id is None and person.channel in ("sms", "voice"):
        known["phone"] = person.address
    heard = triage.hear(text)
    if heard.category is not None:
        known |= {"category": heard.category, "description": text}
        facts["said"] = text[:1000]
        degree = triage.degree(heard.category, heard.degree)
        # What sounds like an emergency is asked once more: the answer sends somebody running.
        if degree is not None and degree.urgency != "emergency":
            known[degree_field(heard.category)] = degree.code
        place = place_in(text, Home.from_json(home) if home else None, heard)
        if place is not None:
            known["place"] = place
        facts["known"] = render(_understood(heard, place, short=person.channel not in CHAT), person.locale)
    return Opening(prefill=known, facts=facts)


def _aside(answers: Mapping[str, Any], text: str) -> dict[str, Any]:
    """The spot in the home, told while something else is asked: “not the kitchen, the bathroom”."""
    place, spot = answers.get("place"), triage.last_spot(text)
    if spot is None or not isinstance(place, Home) or not place.building:
        return {}
    return {"place": replace(place, detail=spot)}


def _slot_facts(org_id: int | None) -> list[dict[str, Any]]:
    return slots.facts(org_id) if org_id is not None else []


def place_in(text: str, home: Home | None, heard: triage.Heard) -> Home | None:
    """Where it is, from her words; her own home when they name no other place and the thing is one of a home."""
    found = find_home(text, home)
    if found is not None:
        place = found[0]
        named = bool(_BUILDING.search(text))
        likely_room = len(re.sub(r"\D", "", place.room)) >= 3
        if place.building and (named or likely_room):
            return replace(place, detail=heard.spot or "")
    if home is not None and heard.category is not None and triage.BY_CODE[heard.category].in_home:
        return replace(home, detail=heard.spot or "")
    return None


def _understood(heard: triage.Heard, place: Home | None, *, short: bool) -> Text:
    """What was understood, said back before the first question; what to do first comes before it."""
    category = triage.BY_CODE[heard.category or "other"].label
    first = triage.advice(heard.category or "other", heard.degree)
    where: Text | None = {locale: place.show(locale) for locale in LOCALES} if place else None
    if short:
        said = (
            _("{category}, {place}.", category=category, place=where)
            if where
            else _("{category}.", category=category)
        )
        first = first if heard.category in ("gas", "lift", "other") else None
    elif where:
        said = _("I have noted: **{category}**, at **{place}**.", category=category, place=where)
    else:
        said = _("I have noted: **{category}**.", category=category)
    return join(first, said) or said


# --- booking --------------------------------------------------------------------------------------------------


def _submit(person: Person, done: Submitted) -> Answer | Retry:
    answers = done.answers
    if "place" not in answers:
        return Answer.of(
            Words(
                _("All right, no repair then. What can I do for you?"),
                options=(Option("!menu", _("Menu")),),
            )
        )
    report = report_of(answers, person.channel, str(done.facts.get("said", "")), done.facts)
    actor, asker = actor_of(person), asker_of(person)
    if answers.get("same"):
        return _added(person, int(done.facts["duplicate"]), report)
    if "same" not in answers:
        earlier = actions.same_open(report, asker.resident_id, asker.identity_id)
        if earlier is not None:
            return Retry("same", replies.known_already(earlier), {"duplicate": earlier.number, "sure": True})
    contact = Contact(
        resident_id=person.resident_id,
        identity_id=None if person.resident_id is not None else person.identity_id,
        phone=answers.get("phone") or (person.address if person.channel in ("sms", "voice") else None),
        org_id=org_of(person),
    )
    try:
        booked = actions.book(actor, report, contact)
    except SlotTaken as taken:
        fresh = _slot_facts(org_of(person))
        if fresh:
            return Retry("slot", taken.text, {"slots": fresh, "sure": True})
        booked = actions.book(actor, replace(report, slot_id=None), contact)
    return _booked(person, report, booked)


def _booked(person: Person, report: Report, booked: Booked) -> Answer:
    request = booked.request
    first = triage.advice(report.category, report.degree)
    said = [replies.booked(request, booked.worker, first)]
    if person.resident_id is None:
        said.append(
            Words(
                _("If you register once, you can follow your repairs and get notices. It takes two minutes."),
                short=_("Register once to follow it: reply “register”."),
                options=(REGISTER,),
            )
        )
    asks = report.category in _PHOTO_HELPS and person.channel in CHAT and not report.photos
    if report.urgency == "emergency" and asks:
        # Asked once somebody is on the way: nobody's flood waits for a photo.
        return Answer(tuple(said), then=Opening("repair_photo", facts={"number": request.number}))
    return Answer(tuple(said))


def _added(person: Person, number: int, report: Report) -> Answer:
    """It is about the earlier request: what she said goes there."""
    done = actions.comment(
        actor_of(person), number, asker_of(person), report.description, photos=report.photos
    )
    return Answer.of(replies.added(done.request))


# --- a photo afterwards ---------------------------------------------------------------------------------------

PHOTO = Form(
    "repair_photo",
    _("A photo of the damage"),
    [
        Photo(
            "photo",
            label=_("Photo"),
            ask=_("Can you take a photo for the worker? Only if it is safe."),
            optional=True,
        )
    ],
    review=False,
)


def _submit_photo(person: Person, done: Submitted) -> Answer:
    number = int(done.facts["number"])
    photo: Media | None = done.answers.get("photo")
    if photo is None:
        return Answer.of(Words(_("That is fine. R-{number} is on its way.", number=number)))
    try:
        added = actions.comment(actor_of(person), number, asker_of(person), "", photos=(photo.key,))
    except LinliError as error:
        return Answer.of(Words(error.text))
    return Answer.of(
        Words(
            _("Thank you, the worker has the photo."),
            options=wording.resident_options(added.request),
        )
    )


def _no_start(person: Person, text: str) -> Answer:
    """A Form that only follows something else is not begun by itself."""
    return Answer.of(
        Words(_("“My repairs” lists what is open."), options=(Option("request.mine:", _("My repairs")),))
    )


FLOWS = [
    Flow("repair", FORM, _("Report a repair"), begin, _submit, intents=INTENTS, menu=20, aside=_aside),
    Flow("repair_photo", PHOTO, PHOTO.title, _no_start, _submit_photo),
]

"""A cry for help in any words: the numbers to call at once, an alarm that climbs until somebody comes, and the duty desk is told."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import structlog

from backend.alarms import actions, queries, wording
from backend.core import orgs
from backend.core.db import savepoint
from backend.core.i18n import LOCALES, _, render
from backend.family import queries as family
from backend.fields.address import Home
from backend.fields.words import Words
from backend.residents import queries as residents
from conversations import cries, phrases
from conversations.flow import Answer, Command, Opening, Person
from conversations.flows import repair

MANY = 5
"""Open cries of one address; each is an event of its own, and one more only adds to the last: nobody floods the ladder."""
MOST_MEANT = 3
"""Residents who are named when it is not clear of whom a relative speaks."""
_RELATIVE = re.compile(
    r"妈|爸|奶奶|爷爷|外婆|外公|姥|婆婆|公公|母亲|父亲|老人|老太|大爷|[她他]|\b(?:mother|father|mum|mom|dad|parents?|grand\w+|she|he|her|him)\b",
    re.IGNORECASE,
)
log = structlog.get_logger()


def _cry(person: Person, said: str) -> Answer | Opening:
    alarm_id = _raised(person, said.strip())
    if cries.TOOLS.search(said) and not cries.CRY.search(said):
        return _and_a_worker(person, said)
    over = () if alarm_id is None else (wording.was_nothing(alarm_id),)
    return Answer((phrases.emergency().with_options(*over),), handover="emergency")


def _and_a_worker(person: Person, said: str) -> Opening:
    """The duty desk knows already; what to do first, and one tap sends the worker."""
    opening = repair.begin(person, said)
    told = render(_("The duty desk has been told."), person.locale)
    known = " ".join(part for part in (str(opening.facts.get("known", "")), told) if part)
    return replace(opening, flow="repair", facts={**opening.facts, "known": known})


def _raised(person: Person, said: str) -> int | None:
    """The alarm; whatever fails there, she is answered, and the duty desk is told."""
    try:
        with savepoint():
            org_id = person.org_id or getattr(orgs.default_community(), "id", None)
            if org_id is None:
                return None
            many = queries.open_from(person.identity_id) >= MANY
            meant = _meant(person, said)
            # Who is no resident, and cares for one, cries for her: people go to her door.
            hers = person.resident_id is None and len(meant) == 1
            return actions.raise_alarm(
                "sos",
                org_id=org_id,
                severity="critical",
                words=_words(said, () if hers else meant),
                resident_id=meant[0] if hers else person.resident_id,
                identity_id=person.identity_id,
                source=f"words:{person.identity_id}",
                dedupe=f"words:{person.identity_id}:many" if many else None,
            )
    except Exception:
        log.exception("emergency.alarm_failed")
        return None


def _meant(person: Person, said: str) -> list[int]:
    """The residents of whom this may be told, by somebody who cares for them."""
    if person.resident_id is not None and not _RELATIVE.search(said):
        return []
    return family.cared_for(identity_id=person.identity_id, resident_id=person.resident_id)


def _words(said: str, meant: Sequence[int] = ()) -> Words:
    if not said:
        words = Words(_("asked for help at once"))
    else:
        words = Words(_("“{said}”", said=said[:300]), _("“{said}”", said=said[:40]), said[:120])
    if not meant:
        return words
    whom = {locale: "、".join(_door(i, locale) for i in meant[:MOST_MEANT]) for locale in LOCALES}
    text, short, spoken = (
        _("{words} It may be about {whom}.", words=form, whom=whom)
        for form in (words.text, words.short or words.text, words.spoken or words.text)
    )
    return Words(text, short, spoken)


def _door(resident_id: int, locale: str) -> str:
    """Who, and where she lives."""
    home = residents.home_of(resident_id)
    place = Home.from_json(home).show(locale) if home else ""
    return f"{residents.name_of(resident_id)} {place}".strip()


COMMANDS = [
    Command(
        "emergency",
        _cry,
        _("Emergency: help at once"),
        patterns=(cries.CRY, cries.TROUBLE),
        anytime=(cries.CRY,),
        whole=True,
        examples=(
            "救命啊", "快来人救救我", "家里着火了", "厨房起火了", "楼道里都是烟", "我摔倒了起不来", "老人晕倒了", "胸口疼喘不上气",
            "煤气泄漏了", "被困在电梯里了", "家里进小偷了", "有人受伤流血了", "快叫救护车", "help me I fell down", "the house is on fire",
            "my husband is unconscious", "I smell gas in the flat", "I am trapped in the lift", "somebody broke into my flat",
            "I cannot breathe my chest hurts", "孩子掉水里了", "有人要跳楼", "有人触电了", "老人走丢了", "被车撞了", "吃错药了", "孩子噎住了", "我喘不上气",
            "老伴没有呼吸了", "手流血止不住", "有人在打我", "我不想活了", "a child fell into the water", "she swallowed something poisonous", "he is bleeding badly",
            "somebody wants to jump", "my baby is choking", "he got an electric shock", "my father does not wake up", "smoke comes out of the flat below",
        ),
    )
]  # fmt: skip

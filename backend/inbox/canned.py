"""Canned answers: what staff of an Org say often, with placeholders that are filled in for whom it goes to."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from backend.core import access, audit, clock, orgs
from backend.core.access import Actor
from backend.core.db import transaction
from backend.core.errors import Conflict, Invalid, NotFound
from backend.core.i18n import Text, _, language, ngettext, render
from backend.inbox import expected, office
from backend.inbox.models import CannedAnswer, Handover
from backend.inbox.office import RIGHT
from backend.settings import settings

PLACEHOLDERS: dict[str, Text] = {
    "name": _("their name"),
    "staff": _("your own name"),
    "community": _("the community"),
    "office_phone": _("the office's phone number"),
    "waiting": _("how long they have waited"),
    "hours": _("when the office is there next"),
}
_WORD = re.compile(r"[\w-]{1,24}")
_PLACE = re.compile(r"\{(\w+)\}")
STARTERS: tuple[tuple[str, str, str], ...] = (
    (
        "您好",
        "{name}您好，我是{community}的{staff}，请讲。",
        "Hello {name}, this is {staff} at {community}. How can I help?",
    ),
    ("稍等", "我去问一下，十分钟内回您。", "Let me ask; I will be back with you within ten minutes."),
    (
        "电话",
        "这件事电话里说得清楚些，您方便时打 {office_phone}，或告诉我什么时候打给您。",
        "This is easier on the phone: please call {office_phone}, or tell me when to call you.",
    ),
    ("久等", "让您等了{waiting}，抱歉。", "I am sorry that you waited {waiting}."),
)
"""For an office that has none yet: word, Chinese, English."""


@dataclass(frozen=True, slots=True)
class Filled:
    """A canned answer for one thread; a placeholder without a value still stands in `text`."""

    word: str
    text: str


def of_office(org_id: int | None) -> list[CannedAnswer]:
    """The canned answers of an Org and of those above it, by word; its own before another's of the same word."""
    if org_id is None:
        return []
    path = office.above(orgs.get(org_id))
    rows = CannedAnswer.select().where(CannedAnswer.org_id.in_(path)).order_by(CannedAnswer.word)
    nearest: dict[str, CannedAnswer] = {}
    for row in sorted(rows, key=lambda r: path.index(r.org_id)):
        nearest[row.word] = row
    return [nearest[word] for word in sorted(nearest)]


def values(actor: Actor, handover: Handover, name: str, locale: str) -> dict[str, str]:
    """What the placeholders stand for in this thread; those without a value are absent."""
    now = clock.now()
    hours = office.hours_of(handover.org_id)
    opens = hours.opens(clock.local(now))
    found = {
        "name": name,
        "staff": actor.name,
        "community": settings().community_name,
        "office_phone": settings().hotline,
        "waiting": render(_waited((now - handover.asked_at).total_seconds()), locale),
        "hours": render(expected.since(opens, clock.local(now)), locale) if opens else "",
    }
    return {key: value for key, value in found.items() if value}


def _waited(seconds: float) -> Text:
    minutes = max(1, round(seconds / 60))
    if minutes < 60:
        return ngettext("{n} minute", "{n} minutes", minutes)
    if minutes < 60 * 24:
        return ngettext("{n} hour", "{n} hours", round(minutes / 60))
    return ngettext("{n} day", "{n} days", round(minutes / 60 / 24))


def filled(canned: CannedAnswer, known: Mapping[str, str], locale: str) -> Filled:
    """In her language where it is written in that."""
    text = canned.text_en if language(locale) == "en" and canned.text_en else canned.text
    return Filled(canned.word, _PLACE.sub(lambda m: known.get(m[1], m[0]), text))


def save(
    actor: Actor, org_id: int, word: str, text: str, text_en: str = "", canned_id: int | None = None
) -> CannedAnswer:
    """Write one, new or changed. Raises Invalid for a word with spaces, an empty text, an unknown placeholder; Conflict when
    the word is taken."""
    access.check(actor, RIGHT, org_id)
    word, text, text_en = word.strip().lstrip("/"), text.strip(), text_en.strip()
    if not _WORD.fullmatch(word):
        raise Invalid(_("The word is short and without spaces, like “hello”."), "word")
    if not text:
        raise Invalid(_("Please write what it says."), "text")
    for field, written in (("text", text), ("text_en", text_en)):
        unknown = [f"{{{name}}}" for name in _PLACE.findall(written) if name not in PLACEHOLDERS]
        if unknown:
            raise Invalid(_("We do not know {what}. The list beside it shows what can be filled in.", what=", ".join(unknown)), field)  # fmt: skip
    with transaction():
        other = CannedAnswer.get_or_none((CannedAnswer.org_id == org_id) & (CannedAnswer.word == word))
        if other is not None and other.id != canned_id:
            raise Conflict(_("There is one with the word /{word} already.", word=word))
        values_ = {"word": word, "text": text[:2000], "text_en": text_en[:2000], "updated_at": clock.now()}
        if canned_id is None:
            saved = CannedAnswer.create(org_id=org_id, **values_)
        else:
            saved = _mine(actor, canned_id)
            CannedAnswer.update(**values_).where(CannedAnswer.id == saved.id).execute()
        audit.record(
            actor, "inbox.canned", f"canned:{saved.id}", org_id=org_id, after={"word": word, "text": text}
        )
    return saved  # type: ignore[no-any-return]


def remove(actor: Actor, canned_id: int) -> CannedAnswer:
    """Take one away; returned, so that it can be put back."""
    with transaction():
        found = _mine(actor, canned_id)
        CannedAnswer.delete().where(CannedAnswer.id == found.id).execute()
        audit.record(
            actor,
            "inbox.canned_remove",
            f"canned:{found.id}",
            org_id=found.org_id,
            before={"word": found.word, "text": found.text},
        )
    return found


def begin(actor: Actor, org_id: int) -> None:
    """The four that every office needs, to change as one likes."""
    with transaction():
        known = {c.word for c in CannedAnswer.select().where(CannedAnswer.org_id == org_id)}
        for word, text, text_en in STARTERS:
            if word not in known:
                save(actor, org_id, word, text, text_en)


def _mine(actor: Actor, canned_id: int) -> CannedAnswer:
    found = CannedAnswer.get_or_none(CannedAnswer.id == canned_id)
    if found is None:
        raise NotFound()
    access.check(actor, RIGHT, found.org_id)
    return found  # type: ignore[no-any-return]

"""What staff write in a thread: answers, which go out on the person's own channel, and notes, which never do."""

from __future__ import annotations

import hashlib
import re

from backend.core import audit, clock
from backend.core.access import Actor
from backend.core.db import transaction
from backend.core.errors import Conflict, Invalid
from backend.core.i18n import _
from backend.fields.words import Words
from backend.inbox import marks, taking, thread
from backend.inbox.models import Handover
from backend.messaging.models import Identity, Inbound
from backend.messaging.outbox import say
from backend.messaging.people import At

LONGEST = 2000
_PLACEHOLDER = re.compile(r"\{[^{}\n]{1,24}\}")


def unfilled(text: str) -> list[str]:
    """The placeholders of a canned answer that are still in the text, as they stand there."""
    return list(dict.fromkeys(_PLACEHOLDER.findall(text)))


def answer(
    actor: Actor,
    handover_id: int,
    text: str,
    *,
    identity_id: int | None = None,
    photo: str | None = None,
    once: str = "",
) -> int | None:
    """Say `text` to her in the staff member's own words; a thread that nobody has is taken by this. Returns the Message's id.

    `identity_id`: at which of her addresses (the one she wrote from last). `photo`: a key of `core.media`. Raises Invalid
    for an empty text and for one with a placeholder left in it, Conflict when a colleague has the thread. `once` names the page
    that it was written on: the same words from there are said once, however often they are sent; None for a repeat.
    """
    words = text.strip()[:LONGEST]
    if not words and photo is None:
        raise Invalid(_("Please write your answer first."), "text")
    if left := unfilled(words):
        raise Invalid(
            _(
                "There is no value for {what} here. Please write it yourself, or take it out, before you send.",
                what=", ".join(left),
            ),
            "text",
        )
    with transaction():
        found = thread.find(actor, handover_id)
        thread.check_mine(actor, found)
        if found.taken_by is None:
            taking.take(actor, handover_id, greet=False)
        handover = thread.locked(handover_id)
        thread.check_mine(actor, handover)
        addresses = marks.addresses(handover)
        target = where(handover, addresses) if identity_id is None else _hers(addresses, identity_id)
        if target is None:
            raise Conflict(_("There is no address that this person can be reached at. Please call."))
        marks.forget_menus([i.id for i in addresses], notices=True)
        message_id = say(
            At(target.id, elsewhere=True),
            Words(words or _("A photo for you."), media=(photo,) if photo else ()),
            purpose="answer",
            dedupe=_key(handover, once, words, identity_id) if once else None,
            about=handover.subject,
        )
        if message_id is None:
            return None
        now = clock.now()
        Handover.update(
            unanswered_at=None,
            last_answer_at=now,
            greeted_at=handover.greeted_at or now,
            first_answer_at=handover.first_answer_at or now,
        ).where(Handover.id == handover.id).execute()
        thread.write(actor, handover, "answer", message_id=message_id)
        audit.record(actor, "handover.answer", handover.subject, org_id=handover.org_id)
    return message_id


def _key(handover: Handover, once: str, words: str, identity_id: int | None) -> str:
    """Other words from the same page (the browser's way back leads to it) are another answer."""
    said = hashlib.sha256(f"{once}\0{identity_id}\0{words}".encode()).hexdigest()[:32]
    return f"{handover.subject}:{said}"


def note(actor: Actor, handover_id: int, text: str) -> None:
    """An internal note: for colleagues, never sent."""
    if not text.strip():
        raise Invalid(_("Please write your note first."), "text")
    with transaction():
        handover = thread.find(actor, handover_id)
        thread.write(actor, handover, "note", text.strip()[:LONGEST])
        audit.record(actor, "handover.note", handover.subject, org_id=handover.org_id)


def where(handover: Handover, addresses: list[Identity]) -> Identity | None:
    """The address that she wrote from last; None when she has none any more. A call is answered by text to the same number where that is an address of hers."""
    by_id = {i.id: i for i in addresses}
    if not by_id:
        return None
    row = (
        Inbound.select(Inbound.identity_id)
        .where(Inbound.identity_id.in_(list(by_id)))
        .order_by(Inbound.id.desc())
        .first()
    )
    last = by_id.get(row.identity_id if row is not None else handover.identity_id, addresses[0])
    if last.channel == "voice":
        return next((i for i in addresses if i.channel == "sms" and i.address == last.address), last)
    return last


def _hers(addresses: list[Identity], identity_id: int) -> Identity:
    found = next((i for i in addresses if i.id == identity_id), None)
    if found is None:
        raise Invalid(_("This is not an address of hers."), "identity")
    return found


def heard(handover_id: int, now_ms: int) -> Handover | None:
    """She wrote something while it is taken, within her turn. None when it is over after all."""
    Handover.update(unanswered_at=now_ms).where(
        (Handover.id == handover_id) & Handover.unanswered_at.is_null()
    ).execute()
    found = Handover.get_or_none(
        (Handover.id == handover_id) & Handover.done_at.is_null() & Handover.taken_by.is_null(False)
    )
    if found is not None:
        thread.nudge(found)
    return found  # type: ignore[no-any-return]


def greeted(handover: Handover) -> None:
    Handover.update(greeted_at=clock.now()).where(Handover.id == handover.id).execute()

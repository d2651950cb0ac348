"""What residents and staff do with feedback."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from backend.core import audit, clock
from backend.core.access import Actor
from backend.core.db import transaction
from backend.core.errors import Conflict, Invalid
from backend.core.i18n import _
from backend.feedback import history, wording
from backend.feedback.models import Feedback
from backend.fields.words import Words
from backend.messaging.outbox import say
from backend.messaging.people import At, Resident, StaffMember, To

SAME_ANGER = timedelta(hours=1)
"""Angry messages within it belong together."""


@dataclass(frozen=True, slots=True)
class Voice:
    """Whose feedback it is: a resident, or somebody who is not registered, at this Identity."""

    identity_id: int
    resident_id: int | None
    org_id: int
    source: str
    name: str = ""

    def actor(self) -> Actor:
        return Actor("resident", self.resident_id or 0, self.name)

    def owns(self, feedback: Feedback) -> bool:
        if feedback.resident_id is not None:
            return bool(feedback.resident_id == self.resident_id)
        return bool(feedback.identity_id == self.identity_id)


def take(
    voice: Voice,
    kind: str,
    topic: str,
    text: str,
    *,
    photo: str | None = None,
    wants_answer: bool = True,
    contact: str | None = None,
) -> Feedback:
    """Write it down, for the staff of her Org. `photo`: a key of `core.media`; `contact`: E.164."""
    with transaction():
        now = clock.now()
        feedback = Feedback.create(
            org_id=voice.org_id,
            resident_id=voice.resident_id,
            identity_id=voice.identity_id,
            kind=kind,
            topic=topic,
            text=text,
            photo=photo,
            contact=contact,
            wants_answer=wants_answer,
            source=voice.source,
            status="new",
            created_at=now,
            updated_at=now,
        )
        history.note(voice.actor(), feedback, "come")
        audit.record(
            voice.actor(), "feedback.take", feedback.subject, org_id=voice.org_id, after={"kind": kind}
        )
    return feedback  # type: ignore[no-any-return]


def take_anger(voice: Voice, text: str) -> Feedback:
    """A complaint that was not asked for by a Form: a person answers it in the inbox, and it is counted here. What follows
    within the hour is added to it."""
    with transaction():
        hers = (
            Feedback.resident_id == voice.resident_id
            if voice.resident_id is not None
            else Feedback.identity_id == voice.identity_id
        )
        lately = (
            Feedback.select()
            .where(
                hers
                & (Feedback.kind == "complaint")
                & (Feedback.status == "new")
                & (Feedback.created_at > clock.now() - SAME_ANGER)
            )
            .order_by(Feedback.id.desc())
            .first()
        )
        if lately is None:
            return take(voice, "complaint", "other", text)
        Feedback.update(updated_at=clock.now()).where(Feedback.id == lately.id).execute()
        history.note(voice.actor(), lately, "more", text)
        return lately  # type: ignore[no-any-return]


def begin(actor: Actor, number: int) -> None:
    """Somebody looks into it."""
    with transaction():
        history.apply(actor, history.for_staff(actor, number), "begin")


def note(actor: Actor, number: int, text: str) -> None:
    """For colleagues, never sent."""
    if not text.strip():
        raise Invalid(_("Please write your note first."), "text")
    with transaction():
        feedback = history.for_staff(actor, number)
        history.note(actor, feedback, "note", text.strip()[:2000])
        audit.record(actor, "feedback.note", feedback.subject, org_id=feedback.org_id)


def answer(actor: Actor, number: int, text: str, *, seen: int | None = None) -> None:
    """Tell her. Raises Invalid for an empty text, Conflict when she wanted no answer or it is closed.

    `seen`: the newest answer that stood on the page on which this one was written (a FeedbackEvent's id, 0 for none). Raises
    Conflict, naming who it was, when a colleague has answered since; the same words sent twice are said once.
    """
    if not text.strip():
        raise Invalid(_("Please write your answer first."), "text")
    with transaction():
        feedback = history.for_staff(actor, number)
        if not feedback.wants_answer:
            raise Conflict(_("They did not want an answer to this one."))
        latest = history.last(feedback, "answer") if seen is not None else None
        if latest is not None and latest.id > (seen or 0):
            if latest.actor_id == actor.id and latest.text == text.strip()[:2000]:
                return
            raise Conflict(
                _("{name} has just answered F-{number}. Please read it first; your words are still here.",
                  name=latest.actor_name, number=number)
            )  # fmt: skip
        history.apply(actor, feedback, "answer", text.strip()[:2000], answered_at=clock.now())
        _tell(feedback, wording.answer(feedback, text.strip()[:2000]))


def close(actor: Actor, number: int, why: str = "") -> None:
    """It is done with. Whoever wanted an answer is asked whether it is settled."""
    with transaction():
        feedback = history.for_staff(actor, number)
        history.apply(actor, feedback, "close", why.strip()[:500], closed_at=clock.now(), settled=None)
        if feedback.wants_answer:
            _tell(feedback, wording.is_it_settled(feedback))


def settle(voice: Voice, number: int, settled: bool) -> Feedback:
    """Her answer to “is it settled?”. A no opens it again, once. Said twice, nothing more happens. Raises NotFound for
    somebody else's."""
    with transaction():
        feedback = history.locked(number)
        if not voice.owns(feedback):
            raise history.unknown(number)
        if feedback.status != "closed" or feedback.settled is not None:
            return feedback
        Feedback.update(settled=settled).where(Feedback.id == feedback.id).execute()
        feedback.settled = settled
        if settled:
            history.note(voice.actor(), feedback, "settled")
        elif not feedback.reopened:
            history.apply(voice.actor(), feedback, "reopen", reopened=True)
            _tell_closer(feedback)
        else:
            history.note(voice.actor(), feedback, "unsettled")
    return feedback


def _tell_closer(feedback: Feedback) -> None:
    """Whoever closed it hears that it is open again."""
    closed = history.last(feedback, "close")
    if closed is not None and closed.actor_kind == "staff":
        say(
            StaffMember(closed.actor_id),
            Words(_("F-{number} is not settled, they say: it is open again.", number=feedback.number)),
            purpose="feedback",
            about=feedback.subject,
        )


def _tell(feedback: Feedback, words: Words) -> None:
    to: To | None = None
    if feedback.identity_id is not None:
        to = At(feedback.identity_id, elsewhere=True)
    elif feedback.resident_id is not None:
        to = Resident(feedback.resident_id)
    if to is not None:
        say(to, words, purpose="answer", about=feedback.subject)

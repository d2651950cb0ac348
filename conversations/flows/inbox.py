"""The inbox in the staff member's own chat: take a thread, answer it with `#12 text`, hand it back."""

from __future__ import annotations

from backend.core.access import Actor
from backend.core.errors import Forbidden
from backend.core.i18n import _
from backend.fields.words import Option, Words
from backend.inbox import answering, relaying, taking, thread
from backend.staff import queries as staff
from conversations.flow import Answer, Command, Person


def _actor(person: Person) -> Actor:
    if person.staff_id is None:
        raise Forbidden()
    return staff.actor_by_id(person.staff_id)


def _take(person: Person, argument: str) -> Answer:
    handover = taking.take(_actor(person), int(argument), relay=True)
    return Answer.of(
        Words(
            _(
                "#{number} is with you. “{said}” What they write comes here. Answer like this: “#{number} I am coming”.",
                number=handover.id,
                said=relaying.in_chat(handover.said)[:200],
            ),
            options=_ends(handover.id),
        )
    )


def _ends(number: int) -> tuple[Option, ...]:
    return (
        Option(f"inbox.back:{number}", _("Hand back #{number}", number=number)),
        Option(f"inbox.queue:{number}", _("Leave it to a colleague")),
    )


def _answer(person: Person, text: str) -> Answer:
    found = relaying.read(text)
    if found is None:
        return Answer.of(Words(_("Answer like this: “#12 I am coming”.")))
    number, words = found
    actor = _actor(person)
    handover = thread.find(actor, number)
    if handover.taken_by is None:
        taking.take(actor, number, relay=True, greet=False)
    answering.answer(actor, number, words)
    return Answer.of(Words(_("Sent to #{number}.", number=number)))


def _back(person: Person, argument: str) -> Answer:
    """`12`, or `12:anyway` once she was told that something has no answer."""
    number, _sep, word = argument.partition(":")
    actor = _actor(person)
    if word != "anyway" and taking.is_unanswered(actor, int(number)):
        return Answer.of(
            Words(
                _("What #{number} wrote has no answer yet. Hand back all the same?", number=number),
                options=(
                    Option(f"inbox.back:{number}:anyway", _("Hand back #{number} without an answer", number=number)),
                    Option(f"inbox.queue:{number}", _("Leave it to a colleague")),
                ),
            )
        )  # fmt: skip
    taking.hand_back(actor, int(number), anyway=word == "anyway")
    return Answer.of(Words(_("#{number} is with the assistant again.", number=number)))


def _queue(person: Person, argument: str) -> Answer:
    taking.put_back(_actor(person), int(argument))
    return Answer.of(Words(_("#{number} is in the queue again.", number=argument)))


COMMANDS = [
    Command("inbox.take", _take, audience="staff"),
    Command("inbox.answer", _answer, patterns=(relaying.REPLY,), audience="staff", whole=True),
    Command("inbox.back", _back, audience="staff"),
    Command("inbox.queue", _queue, audience="staff"),
]

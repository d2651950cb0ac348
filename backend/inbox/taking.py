"""A staff member takes a thread over, from the queue or from a colleague, and gives it back: to the queue, to the bot, or
for good."""

from __future__ import annotations

from typing import Any

from backend.core import audit, clock
from backend.core.access import Actor
from backend.core.db import transaction
from backend.core.errors import Conflict, Invalid
from backend.core.i18n import Text, _
from backend.fields.words import Option, Words
from backend.inbox import marks, office, thread, waiting
from backend.inbox.models import Handover
from backend.messaging.models import Identity
from backend.messaging.outbox import say
from backend.messaging.people import At, StaffMember

CHATS = ("telegram", "webchat")
"""Where a line that somebody is there costs her nothing, and shows at once."""
OUTCOMES: dict[str, Text] = {
    "answered": _("Answered here"),
    "called": _("Spoke on the phone"),
    "visited": _("Went there"),
    "elsewhere": _("Another office deals with it"),
    "no_need": _("Nothing to answer"),
}
"""Why a thread was closed."""
ENDS: dict[str, Text] = {
    **OUTCOMES,
    "handed_back": _("Handed back to the assistant"),
    "quiet": _("Nothing more was said"),
    "merged": _("Part of another thread"),
    "erased": _("Her file was erased"),
}


def take(
    actor: Actor,
    handover_id: int,
    *,
    from_colleague: bool = False,
    relay: bool = False,
    greet: bool = True,
) -> Handover:
    """From now on what she writes goes to `actor`, and the bot keeps quiet.

    Of two at the same moment one gets it; the other is told who. `from_colleague`: also from somebody who has it, who is
    told. `relay`: her messages are passed on to the actor's own chat. `greet`: False when an answer follows at once. Taking
    again what one has changes nothing but `relay`.
    """
    with transaction():
        handover, addresses = thread.held(actor, handover_id)
        thread.check_open(handover)
        before = handover.taken_by
        if before == actor.id:
            Handover.update(relay=relay).where(Handover.id == handover.id).execute()
            return handover
        if before is not None and not from_colleague:
            raise Conflict(_("{name} has this one already.", name=thread.name_of(before)))
        _set(
            handover,
            taken_by=actor.id,
            taken_at=clock.now(),
            relay=relay,
            # What brought her here has no answer yet.
            unanswered_at=clock.now() if before is None else handover.unanswered_at,
        )
        thread.write(actor, handover, "take")
        audit.record(
            actor,
            "handover.take",
            handover.subject,
            org_id=handover.org_id,
            before={"taken_by": before},
            after={"taken_by": actor.id},
        )
        if before is not None:
            words = _("{name} has taken over #{number} from you.", name=actor.name, number=handover.id)
            say(StaffMember(before), Words(words), purpose="handover", about=handover.subject)
        marks.put(handover, addresses)
        if greet:
            _greet(actor, handover, addresses, anew=before is not None)
        return handover


def _greet(actor: Actor, handover: Handover, addresses: list[Identity], *, anew: bool) -> None:
    """In a chat she is told who is there; elsewhere when she writes before she is answered."""
    home = next((i for i in addresses if i.id == handover.identity_id), None)
    if home is not None and home.channel in CHATS:
        say(At(home.id), welcome(actor.name), purpose="answer", about=handover.subject)
        _set(handover, greeted_at=clock.now())
    elif anew:
        _set(handover, greeted_at=None)


def welcome(name: str) -> Words:
    """Who reads what she writes."""
    return Words(
        _("{name} from the office is with you now. Just write; they answer here.", name=name),
        short=_("{name} at the office reads this and will answer you.", name=name),
    )


def put_back(actor: Actor, handover_id: int) -> None:
    """Back to the queue, for a colleague to take."""
    with transaction():
        handover, _addresses = thread.held(actor, handover_id)
        thread.check_mine(actor, handover)
        if handover.taken_by is None:
            return
        requeue(actor, handover)


def requeue(actor: Actor, handover: Handover) -> None:
    """Within a transaction that holds the thread."""
    _set(handover, taken_by=None, taken_at=None, relay=False, greeted_at=None, unanswered_at=None)
    thread.write(actor, handover, "queue")
    audit.record(actor, "handover.put_back", handover.subject, org_id=handover.org_id)
    marks.take_away(handover)


def tell_requeued(handover: Handover) -> None:
    """She is told kindly that nobody could answer yet, and when somebody will."""
    when = waiting.expected(handover)
    say(
        At(handover.identity_id, elsewhere=True),
        Words(
            _(
                "I am sorry that nobody has answered you yet. What you wrote is kept, and a colleague will answer you {when}.",
                when=when,
            ),
            short=_("Sorry for the wait. A colleague will answer you {when}.", when=when),
        ),
        purpose="answer",
        about=handover.subject,
    )


def hand_back(actor: Actor, handover_id: int, *, anyway: bool = False) -> None:
    """The bot answers her again, and she is told so. Raises Conflict while something of hers has no answer, unless `anyway`:
    a message that came in this very moment is not lost. Raises Conflict for a colleague's, too."""
    with transaction():
        handover, _addresses = thread.held(actor, handover_id)
        thread.check_mine(actor, handover)
        if handover.taken_by is None:
            raise Conflict(_("It is in the queue at the moment. Please take it first."))
        if handover.unanswered_at is not None and not anyway:
            raise Conflict(_("She has just written something else. Please read it before you hand back."))
        form = marks.open_form(handover)
        _finish(actor, handover, "handed_back")
        thread.write(actor, handover, "back")
        audit.record(actor, "handover.hand_back", handover.subject, org_id=handover.org_id)
        marks.take_away(handover)
        options = (Option("!repeat", _("Go on where we were")),) if form else ()
        say(
            At(handover.identity_id, elsewhere=True),
            Words(
                _("Thank you for talking with us. From here on Linli, the assistant, is with you again."),
                short=_("The assistant is with you again. Write any time."),
                options=(*options, Option("!menu", _("Menu"))),
            ),
            purpose="answer",
            about=handover.subject,
        )


def is_unanswered(actor: Actor, handover_id: int) -> bool:
    """Whether something in the actor's own thread has no answer. Raises Conflict for one that a colleague has or that is over."""
    handover = thread.find(actor, handover_id)
    thread.check_mine(actor, handover)
    return handover.taken_by is not None and handover.unanswered_at is not None


def close(actor: Actor, handover_id: int, outcome: str, why: str = "") -> None:
    """The thread is over, without a message: `outcome` says why."""
    if outcome not in OUTCOMES:
        raise Invalid(_("Please choose why it is closed."), "outcome")
    with transaction():
        handover, _addresses = thread.held(actor, handover_id)
        thread.check_mine(actor, handover)
        end(actor, handover, outcome, why)


def end(actor: Actor, handover: Handover, outcome: str, why: str = "") -> None:
    """Within a transaction that holds the thread."""
    _finish(actor, handover, outcome)
    thread.write(actor, handover, "close", why)
    audit.record(
        actor, "handover.close", handover.subject, org_id=handover.org_id, after={"outcome": outcome}, why=why
    )
    marks.take_away(handover)


def _finish(actor: Actor, handover: Handover, outcome: str) -> None:
    _set(handover, done_at=clock.now(), done_by=actor.id, outcome=outcome, unanswered_at=None)


def _set(handover: Handover, **changes: Any) -> None:
    Handover.update(**changes).where(Handover.id == handover.id).execute()
    for name, value in changes.items():
        setattr(handover, name, value)


def office_of(handover: Handover) -> int | None:
    """The Org whose canned answers and hours are for this thread."""
    community = office.community_of(handover.org_id)
    return community.id if community is not None else None

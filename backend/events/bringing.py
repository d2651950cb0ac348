"""The list of participants, brought back from a file: each row is written by the same actions as at the door and on the page, so that
no place is given twice, the waiting list keeps its order, and people are told as always."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from backend.core.access import Actor
from backend.core.db import savepoint, transaction
from backend.core.errors import Invalid, LinliError
from backend.core.i18n import _
from backend.events import attendance, party, places, queries, record, signing, wording
from backend.events.form import NAMES
from backend.events.models import Event, EventSignup
from backend.events.signing import COMPANIONS, Wish
from backend.events.states import SIGNUP_LABELS
from backend.records.sources import Wanted
from backend.residents import whom

NAME, MOBILE, STATUS = "name", "mobile", "status"
ANSWER = "answer:"
"""Begins the key of a column that is a question of the event."""


def write(event_id: int, actor: Actor, rows: Sequence[Wanted]) -> list[int | LinliError]:
    """See `records.sources.Writer`. Whoever gives places back comes before whoever takes some, newcomers come last."""
    answers: dict[int, int | LinliError] = {}
    with transaction():
        event = record.for_staff(actor, event_id)
        there = {s.id: s for s in record.signups(event)}
        for place in sorted(range(len(rows)), key=lambda n: _turn(rows[n], there)):
            answers[place] = _tried(actor, event, rows[place])
    return [answers[place] for place in range(len(rows))]


def _turn(row: Wanted, there: Mapping[int, EventSignup]) -> tuple[bool, int]:
    signup = there.get(row.subject_id or 0)
    if signup is None:
        return True, 0
    if row.values.get(STATUS) in ("cancelled", "absent"):
        return False, -signup.people
    return False, int(row.values.get(COMPANIONS, signup.companions) or 0) - signup.companions


def _tried(actor: Actor, event: Event, row: Wanted) -> int | LinliError:
    try:
        with savepoint():
            if row.subject_id is None:
                return _new(actor, event, row.values)
            return _changed(actor, event, row.subject_id, row.values)
    except LinliError as refused:
        return refused


# --- somebody who is on the list ------------------------------------------------------------------------------


def _changed(actor: Actor, event: Event, signup_id: int, values: Mapping[str, Any]) -> int:
    fixed = next((key for key in (NAME, MOBILE) if key in values), None)
    if fixed:
        raise Invalid(_("Name and number stand on the resident's own page; please change them there."), fixed)
    signup = signing.one(event, signup_id)
    answers = _answers(event, values)
    if answers:
        signing.answer(actor, event.id, signup_id, answers)
    if STATUS in values:
        _stand(actor, event, signup, values[STATUS])
    if COMPANIONS in values or NAMES in values:
        _party(actor, event, signing.one(event, signup_id), values)
    return signup_id


def _stand(actor: Actor, event: Event, signup: EventSignup, wanted: str | None) -> None:
    """How she shall stand now. Raises Invalid for what only her turn, or she herself, decides."""
    now = signup.status
    match now, wanted:
        case _, None:
            raise Invalid(_("“{label}” must not be empty.", label=_("Status")), STATUS)
        case (("signed" | "offered" | "waiting"), "cancelled"):
            signing.remove(actor, event.id, signup.id)
        case _, "attended":
            attendance.check_in(actor, event.id, signup.id)
        case "attended", ("signed" | "absent"):
            back = attendance.undo(actor, event.id, signup.id)
            if wanted == "absent" and back.status != "absent":
                attendance.missed(actor, event.id, signup.id)
        case (("signed" | "offered"), "absent"):
            attendance.missed(actor, event.id, signup.id)
        case "offered", "signed" if signup.resident_id is not None:
            done = signing.take(actor, event.id, signup.resident_id)
            record.tell(event, done.signup, wording.signed(event, done.signup))
        case (("cancelled" | "declined"), ("signed" | "waiting")) if signup.resident_id is not None:
            wish = Wish(
                signup.companions,
                signup.companion_names or "",
                json.loads(signup.answers) if signup.answers else None,
            )
            _placed(event, signing.sign_up(actor, event.id, signup.resident_id, wish), wanted)
        case (("waiting" | "declined"), ("signed" | "offered")):
            raise Invalid(
                _("Places go to the waiting list in its order; whoever's turn it is, is asked."), STATUS
            )
        case _:
            raise Invalid(
                _("“{now}” does not become “{then}” by a file.", now=SIGNUP_LABELS[now], then=SIGNUP_LABELS[str(wanted)]),
                STATUS,
            )  # fmt: skip


def _party(actor: Actor, event: Event, signup: EventSignup, values: Mapping[str, Any]) -> None:
    names = values.get(NAMES, signup.companion_names) or ""
    many = int(values.get(COMPANIONS, signup.companions) or 0)
    if many == signup.companions:
        party.name(actor, event.id, signup.id, names)
    elif signup.status == "attended":
        attendance.came_with(actor, event.id, signup.id, many)
        party.name(actor, event.id, signup.id, names)
    elif signup.status in places.STANDING and signup.resident_id is not None:
        party.change(actor, event.id, signup.resident_id, many, names)
    else:
        raise Invalid(_("This person is not on the list any more."), COMPANIONS)


# --- somebody new ---------------------------------------------------------------------------------------------


def _new(actor: Actor, event: Event, values: Mapping[str, Any]) -> int:
    status, name = values.get(STATUS), str(values.get(NAME) or "").strip()
    many = int(values.get(COMPANIONS) or 0)
    resident_id = _resident(actor, name, values.get(MOBILE))
    known = next((s for s in record.signups(event) if resident_id and s.resident_id == resident_id), None)
    if known is not None and known.status in (*places.STANDING, "attended"):
        raise Invalid(_("{name} is on the list already.", name=name), NAME)
    if status == "attended":
        arrived = (
            attendance.check_in(actor, event.id, known.id)
            if known is not None
            else attendance.walk_in(actor, event.id, name, many, resident_id=resident_id)
        )
        if known is not None and many != known.companions:
            attendance.came_with(actor, event.id, known.id, many)
        return _noted(actor, event, arrived.signup.id, values)
    if status not in (None, "signed", "waiting"):
        raise Invalid(_("Whoever is new on the list is signed up, waits, or was there."), STATUS)
    if resident_id is None:
        raise Invalid(
            _("We know no resident of this name and number. Who is not registered can come as a guest: “{there}”.",
              there=SIGNUP_LABELS["attended"]),
            MOBILE if values.get(MOBILE) else NAME,
        )  # fmt: skip
    wish = Wish(many, str(values.get(NAMES) or ""), _answers(event, values) or None)
    return _placed(event, signing.sign_up(actor, event.id, resident_id, wish), status)


def _resident(actor: Actor, name: str, mobile: str | None) -> int | None:
    """Whom the line means; None for somebody unknown. Raises Invalid when that is not clear."""
    found = whom.meant(actor, name, mobile)
    same = [person for person in found if person.name == name]
    if found and not same:
        raise Invalid(_("This number belongs to somebody of another name here."), MOBILE)
    if len(same) > 1:
        raise Invalid(_("Several residents are called so; their number tells which of them."), NAME)
    return same[0].id if same else None


def _placed(event: Event, placed: signing.Placed, wanted: str | None) -> int:
    """Told how she stands now. Raises Invalid when the file says that she has a place, and there is none."""
    if wanted == "signed" and placed.signup.status != "signed":
        raise Invalid(
            _("No place is left. Choose “{waiting}” to put this person on the list.", waiting=SIGNUP_LABELS["waiting"]),
            STATUS,
        )  # fmt: skip
    waits = placed.signup.status == "waiting"
    words = (
        wording.waits(event, placed.signup, placed.ahead) if waits else wording.signed(event, placed.signup)
    )
    record.tell(event, placed.signup, words)
    return placed.signup.id


def _noted(actor: Actor, event: Event, signup_id: int, values: Mapping[str, Any]) -> int:
    if values.get(NAMES):
        party.name(actor, event.id, signup_id, str(values[NAMES]))
    if answers := _answers(event, values):
        signing.answer(actor, event.id, signup_id, answers)
    return signup_id


def _answers(event: Event, values: Mapping[str, Any]) -> dict[str, Any]:
    """What the row says to the event's own questions, as JSON by their names; None where an answer was taken away."""
    own = queries.questions_of(event)
    found: dict[str, Any] = {}
    for field in own.fields if own else ():
        key = f"{ANSWER}{field.name}"
        if key in values:
            value = values[key]
            found[field.name] = None if value in (None, "") else field.dump(value)
    return found

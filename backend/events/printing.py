"""Sign-ups as rows to print: name badges whose QR code is the pass at the door, certificates for those who came."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from backend.core import access
from backend.core.access import Actor
from backend.core.i18n import _, render
from backend.events import participants, passes, states, wording
from backend.events.models import Event, EventSignup
from backend.printing import rows
from backend.printing.columns import Column
from backend.printing.rows import Hearing, Row, RowSource

KIND = "event_signup"
_RECENT = 30
COLUMNS = [
    Column("name", _("Name"), ("名字",)),
    Column("event", _("Event"), ("活动名称",)),
    Column("when", _("When"), ("活动时间", "时间")),
    Column("place", _("Place"), ("活动地点",)),
    Column("code", _("Check-in code"), ("签到码",)),
    Column("pass", _("Pass for the door"), ("入场凭证", "pass")),
    Column("status", _("Status")),
    Column("with", _("Comes with"), ("同行",)),
]


def _seen(actor: Actor) -> Any:
    return Event.org_id.in_(access.org_ids(actor, "event.read"))


def allowed(actor: Actor, ids: Sequence[int]) -> list[int]:
    """Those of events that the actor may read, in the given order, each once."""
    query = EventSignup.select(EventSignup.id).join(Event).where(EventSignup.id.in_(list(ids)) & _seen(actor))
    found: Any = query.tuples()
    known = {row[0] for row in found}
    return [i for i in dict.fromkeys(ids) if i in known]


def _rows(actor: Actor, ids: Sequence[int], locale: str, _in_full: bool) -> Iterator[Row]:
    """One for each sign-up, and one for each companion whose name is known."""
    for signup, row in _own(actor, ids, locale):
        yield row
        for companion in companions(signup):
            yield row | {"name": companion, "with": row["name"]}


def _own(actor: Actor, ids: Sequence[int], locale: str) -> Iterator[tuple[EventSignup, dict[str, str]]]:
    query = EventSignup.select(EventSignup, Event).join(Event)
    signups = list(query.where(EventSignup.id.in_(list(ids)) & _seen(actor)))
    known = {p.signup.id: p for p in participants.named(signups)}
    for person in (known[i] for i in ids if i in known):
        signup, event = person.signup, person.signup.event
        yield (
            signup,
            {
                "name": person.name,
                "event": render(event.title, locale),
                "when": render(wording.when(event), locale),
                "place": render(event.place, locale),
                "code": signup.code,
                "pass": passes.link(signup.id),
                "status": render(states.SIGNUP_LABELS[signup.status], locale),
                "with": "",
            },
        )


def _people(ids: Sequence[int]) -> dict[int, int]:
    query = EventSignup.select(EventSignup.id, EventSignup.resident_id).where(
        EventSignup.id.in_(list(ids)) & EventSignup.resident_id.is_null(False)
    )
    found: Any = query.tuples()
    return dict(found)


def _told(actor: Actor, ids: Sequence[int], locale: str, _keys: frozenset[str]) -> dict[int, Row]:
    """Her own sign-up; what her companions' badges say is not told."""
    return {signup.id: row for signup, row in _own(actor, ids, locale)}


def companions(signup: EventSignup) -> list[str]:
    """The names of those whom she brings, as far as she told them."""
    named = (signup.companion_names or "").replace("、", ",").replace("，", ",")
    return [name for part in named.split(",") if (name := part.strip())]


def coming(event: Event) -> list[int]:
    """The sign-ups of those who come or came."""
    return [s.id for s in participants.signups(event, ("signed", "attended"))]


def _recent(actor: Actor) -> list[int]:
    query = (
        EventSignup.select(EventSignup.id)
        .join(Event)
        .where(_seen(actor) & EventSignup.status.in_(("signed", "attended")))
    )
    found: Any = query.order_by(EventSignup.id.desc()).limit(_RECENT).tuples()
    return [row[0] for row in found]


rows.register(
    KIND,
    RowSource(
        _("Event sign-ups"),
        "event.read",
        lambda _actor: COLUMNS,
        allowed,
        _rows,
        _recent,
        "events.index",
        Hearing(_people, _told),
    ),
)

"""How long things are kept (PIPL article 19: no longer than their purpose needs): each part that holds some says how it counts and
clears what is old, staff say after how many months, and each night the clock does it, in portions, on the record.

A part clears only what is over: an open matter stays whatever its age, and `least` is the shortest time that law or our own duties
allow. What happened, and how often, remains; who it was about and what was said goes.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import peewee
import structlog

from backend.core import access, audit, clock, orgs, sweep
from backend.core.access import Actor
from backend.core.db import Instant, Model, transaction
from backend.core.errors import Invalid, NotFound
from backend.core.i18n import Msg, _

MOST_MONTHS = 600
AT_ONCE = 200
"""Things of one transaction: others wait for its locks."""
A_NIGHT = 50_000
"""Things of one kind that a night clears; the next goes on."""
_NIGHT = range(2, 5)
"""Hours on the community's clocks in which it is done."""
PERMISSION = "retention.change"
Count = Callable[[datetime], int]
Clear = Callable[[datetime, int], int]
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Kind:
    """`count(before)` says how many there are that ended before then; `clear(before, most)` clears up to `most` of them in the
    caller's transaction and returns how many, 0 when none is left. `action`: in words, what clearing does. `months` is what we propose,
    `least` the shortest that may be chosen, `why` says on what law or duty it rests. `at_once` and `a_night` are more where things are many and small, as readings."""

    name: str
    title: Msg
    action: Msg
    months: int
    least: int
    why: Msg
    count: Count
    clear: Clear
    at_once: int = AT_ONCE
    a_night: int = A_NIGHT


class RetentionRule(Model):
    """What staff decided about a kind; without a row, or not `running`, nothing of it is cleared."""

    kind = peewee.CharField(40, unique=True)
    months = peewee.IntegerField()
    running = peewee.BooleanField()
    changed_at = Instant(null=True)
    changed_by = peewee.IntegerField(null=True)
    ran_on = peewee.DateField(null=True)
    last_count = peewee.IntegerField(default=0)


@dataclass(frozen=True, slots=True)
class Rule:
    """A kind with what holds for it. `ran_on` None: it never ran."""

    kind: Kind
    months: int
    running: bool
    decided: bool
    ran_on: date | None
    last_count: int


_kinds: dict[str, Kind] = {}
_open: dict[str, Callable[[Collection[int]], set[int]]] = {}


def register(kind: Kind) -> None:
    """At import: this part holds something that grows old."""
    _kinds[kind.name] = kind


def register_open(prefix: str, still_open: Callable[[Collection[int]], set[int]]) -> None:
    """At import: of the subjects `prefix:number` these are open, so that nothing said about them is cleared."""
    _open[prefix] = still_open


def open_among(subjects: Collection[str]) -> set[str]:
    """Those of the subjects (`request:1047`) that are not over."""
    by_prefix: dict[str, list[int]] = {}
    for subject in subjects:
        prefix, _colon, number = subject.partition(":")
        if number.isdigit() and prefix in _open:
            by_prefix.setdefault(prefix, []).append(int(number))
    return {f"{prefix}:{n}" for prefix, numbers in by_prefix.items() for n in _open[prefix](numbers)}


def passing_open(after: Callable[[int], Sequence[tuple[int, str | None]]]) -> list[int]:
    """The ids of the first portion in which anything is about no open matter: `after(id)` gives the next (id, subject) in order."""
    last = 0
    while rows := after(last):
        last = rows[-1][0]
        kept = open_among({subject for _id, subject in rows if subject})
        if ids := [row_id for row_id, subject in rows if subject not in kept]:
            return ids
    return []


def rules() -> list[Rule]:
    """Every kind in the order of its title's source text, with what was decided."""
    known = {row.kind: row for row in RetentionRule.select()}
    return [_rule(kind, known.get(kind.name)) for kind in sorted(_kinds.values(), key=lambda k: k.name)]


def _rule(kind: Kind, row: Any) -> Rule:
    if row is None:
        return Rule(kind, kind.months, False, False, None, 0)
    return Rule(kind, max(row.months, kind.least), row.running, True, row.ran_on, row.last_count)


def may_change(actor: Actor) -> bool:
    """Rules hold for everything, so only who serves the whole tree may decide them."""
    roots = [org.id for org in orgs.Org.select().where(orgs.Org.parent.is_null())]
    return bool(roots) and all(access.may(actor, PERMISSION, root) for root in roots)


def decide(actor: Actor, name: str, months: int, running: bool) -> None:
    """How long this kind is kept, and whether the nights clear it. Raises Forbidden, NotFound, Invalid."""
    for root in orgs.Org.select().where(orgs.Org.parent.is_null()):
        access.check(actor, PERMISSION, root.id)
    kind = _by_name(name)
    if not kind.least <= months <= MOST_MONTHS:
        raise Invalid(
            _("Between {least} and {most} months, please.", least=max(kind.least, 1), most=MOST_MONTHS), name
        )
    with transaction():
        before = next(rule for rule in rules() if rule.kind.name == name)
        RetentionRule.delete().where(RetentionRule.kind == name).execute()
        RetentionRule.create(
            kind=name,
            months=months,
            running=running,
            changed_at=clock.now(),
            changed_by=actor.id,
            ran_on=before.ran_on,
            last_count=before.last_count,
        )
        audit.record(
            actor,
            "retention.decide",
            f"retention:{name}",
            before={"months": before.months, "running": before.running},
            after={"months": months, "running": running},
        )


def would_clear(name: str, months: int) -> tuple[int, datetime]:
    """How many there are that a rule of so many months would clear tonight, and before when they ended."""
    kind = _by_name(name)
    before = cutoff(months)
    return kind.count(before), before


def cutoff(months: int) -> datetime:
    """This instant so many calendar months ago."""
    now = clock.now()
    total = now.year * 12 + now.month - 1 - months
    year, month = divmod(total, 12)
    # The 31st of a month that is shorter: its 28th, so that nothing is cleared a day too early.
    return datetime(year, month + 1, min(now.day, 28), now.hour, now.minute, tzinfo=UTC)


def nightly() -> int:
    """Once a night every rule that runs; returns how many things were cleared."""
    here = clock.local(clock.now())
    return run(here.date()) if here.hour in _NIGHT else 0


def run(today: date) -> int:
    """Every rule that runs and has not run today. One that stumbles is logged and tried again the next time."""
    due = [r for r in rules() if r.running and r.ran_on != today]
    by_place = dict(enumerate(due))
    return sweep.each("retention", by_place, lambda place: _clear(by_place[place], today))


def _clear(rule: Rule, today: date) -> int:
    before, done = cutoff(rule.months), 0
    while done < rule.kind.a_night:
        with transaction():
            cleared = rule.kind.clear(before, rule.kind.at_once)
        done += cleared
        if not cleared:
            break
    with transaction():
        RetentionRule.update(ran_on=today, last_count=done).where(
            RetentionRule.kind == rule.kind.name
        ).execute()
        if done:
            audit.record(
                access.SYSTEM,
                "retention.run",
                f"retention:{rule.kind.name}",
                after={"cleared": done, "months": rule.months, "before": before.isoformat()},
            )
    return done


def _by_name(name: str) -> Kind:
    if name not in _kinds:
        raise NotFound()
    return _kinds[name]


# --- what the core itself holds ---------------------------------------------------------------------------------


def _old_details(before: datetime) -> Any:
    entry = audit.AuditEntry
    return (entry.at < before) & entry.payload.is_null(False)


def _clear_details(before: datetime, most: int) -> int:
    """The chain covers digests of the details, so it verifies without them."""
    entry = audit.AuditEntry

    def after(last: int) -> list[tuple[int, str | None]]:
        query: Any = entry.select(entry.id, entry.subject).where(_old_details(before) & (entry.id > last))
        return list(query.order_by(entry.id).limit(most).tuples())

    ids = passing_open(after)
    return int(entry.update(payload=None).where(entry.id.in_(ids)).execute()) if ids else 0


def _count_details(before: datetime) -> int:
    entry = audit.AuditEntry
    old = _old_details(before)
    subjects: Any = entry.select(entry.subject).where(old).distinct().tuples()
    kept = sorted(open_among([row[0] for row in subjects]))
    of_open = entry.select().where(old & entry.subject.in_(kept)).count() if kept else 0
    return int(entry.select().where(old).count() - of_open)


register(
    Kind(
        "audit_details",
        _("Details of the audit log"),
        _("what was said before and after is erased; who did what and when stays, and the chain verifies"),
        60,
        6,
        _("Network logs are kept for at least 6 months (Cybersecurity Law, article 21; MLPS)."),
        _count_details,
        _clear_details,
    )
)

JOBS: list[tuple[str, float, Callable[[], int]]] = [("retention.nightly", 900, nightly)]

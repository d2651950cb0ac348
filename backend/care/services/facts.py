"""What a rule can ask beside the columns of the residents' table: facts that care knows. Each says whom of some residents it is true of.

A fact with a number asks for it (“no visit in 30 days”); the others are true or not.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import peewee

from backend.care.health.models import Measurement, MedicineDose
from backend.care.models import CarePlan, CheckIn, Visit
from backend.core import clock
from backend.core.i18n import Msg, _
from backend.residents import alone, privacy

Test = Callable[[Collection[int], int], set[int]]
AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Fact:
    """`number`: what its number means, None for none; `usual` is proposed. `true_of(ids, number)` picks from some residents."""

    label: Msg
    true_of: Test
    number: Msg | None = None
    usual: int = 0
    most: int = 400


def _ids(query: Any) -> set[int]:
    return {int(row[0]) for row in query.tuples()}


def _no_plan(ids: Collection[int], _number: int) -> set[int]:
    mine = CarePlan.resident_id.in_(ids) & (CarePlan.status == "active")
    return set(ids) - _ids(CarePlan.select(CarePlan.resident_id).where(mine))


def _no_visit(ids: Collection[int], days: int) -> set[int]:
    since = clock.now() - timedelta(days=days)
    done = Visit.resident_id.in_(ids) & (Visit.status == "done") & (Visit.done_at > since)
    waits = Visit.resident_id.in_(ids) & Visit.status.in_(("open", "going"))
    return set(ids) - _ids(Visit.select(Visit.resident_id).where(done | waits))


def _missed(ids: Collection[int], times: int) -> set[int]:
    since = clock.now() - timedelta(days=14)
    hers = CheckIn.resident_id.in_(ids) & (CheckIn.due_at > since) & CheckIn.missed_at.is_null(False)
    counted = CheckIn.select(CheckIn.resident_id).where(hers).group_by(CheckIn.resident_id)
    return _ids(counted.having(peewee.fn.COUNT(CheckIn.id) >= times))


def _not_taken(ids: Collection[int], times: int) -> set[int]:
    since = clock.now() - timedelta(days=7)
    dose = MedicineDose
    hers = dose.resident_id.in_(ids) & (dose.due_at > since) & dose.status.in_(("silent", "refused"))
    counted = dose.select(dose.resident_id).where(hers).group_by(dose.resident_id)
    return _ids(counted.having(peewee.fn.COUNT(dose.id) >= times))


def _outside(ids: Collection[int], times: int) -> set[int]:
    since = clock.now() - timedelta(days=30)
    hers = Measurement.resident_id.in_(ids) & (Measurement.at > since) & Measurement.outside
    counted = Measurement.select(Measurement.resident_id).where(hers).group_by(Measurement.resident_id)
    return _ids(counted.having(peewee.fn.COUNT(Measurement.id) >= times))


def _alone(ids: Collection[int], _number: int) -> set[int]:
    """Who keeps her home to herself is not among them."""
    found = {i for i, how in alone.living(ids).items() if how.alone}
    private = privacy.only_hers(found)
    return {i for i in found if "home" not in private.get(i, ())}


FACTS: dict[str, Fact] = {
    "age": Fact(_("Is at least so old"), lambda ids, n: set(ids), _("years"), 80, 130),
    "alone": Fact(_("Is the only one registered in her home"), _alone),
    "no_plan": Fact(_("Is not asked each day how she is"), _no_plan),
    "no_visit": Fact(_("Was not visited lately"), _no_visit, _("days"), 30),
    "missed": Fact(_("Did not answer so often in two weeks"), _missed, _("times"), 2, 28),
    "not_taken": Fact(_("Did not take medicines so often in a week"), _not_taken, _("times"), 3, 40),
    "outside": Fact(_("Values were outside her limits so often in a month"), _outside, _("times"), 2, 90),
}
"""`age` is asked of the residents' table itself (see `running`), which knows who keeps her birthday to herself."""


def among(ids: Collection[int], wanted: Mapping[str, int]) -> set[int]:
    """Those of whom all these facts are true."""
    found: set[int] = set()
    every = sorted(ids)
    for start in range(0, len(every), AT_ONCE):
        some = set(every[start : start + AT_ONCE])
        for name, number in wanted.items():
            if some:
                some = FACTS[name].true_of(some, number)
        found |= some
    return found


def described(wanted: Mapping[str, int]) -> list[Msg]:
    """Each in words, with its number."""
    return [
        _("{fact}: {n} {unit}", fact=FACTS[name].label, n=number, unit=unit)
        if (unit := FACTS[name].number) is not None
        else FACTS[name].label
        for name, number in wanted.items()
        if name in FACTS
    ]

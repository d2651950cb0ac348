"""What a meter's register says of the months: use, and, honestly, what is not known. Pure.

A month's use runs from the last reading before its beginning to the last before its end, as a meter is read for a bill: so the months of a
meter add up to what it counted, and nothing is counted twice, however late a reading came.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

STALE = timedelta(days=3)
"""A reading so long before the end of a month does not tell its end well."""
NOISE = 0.001
"""A register that falls by so small a part was read again, not replaced."""


@dataclass(frozen=True, slots=True)
class Read:
    """What the register said at a moment."""

    at: datetime
    total: float


@dataclass(frozen=True, slots=True)
class Month:
    """`use` None: nothing is known of it. `first` and `last` are the readings that it runs between. `notes`: began (the meter's first month),
    since (it holds days of earlier months, told late), early (its last reading lies long before its end), rollover, replaced (what was used
    between the two meters' readings is not known and not counted), corrected, missing."""

    use: float | None
    first: Read | None = None
    last: Read | None = None
    notes: tuple[str, ...] = ()
    of: datetime | None = field(default=None)


def months(reads: Sequence[Read], bounds: Sequence[datetime]) -> list[Month]:
    """One for each pair of neighbours in `bounds`. `reads` are in order of time, beginning before the first bound where there are any."""
    return [_month(reads, begin, end) for begin, end in itertools.pairwise(bounds)]


def _month(reads: Sequence[Read], begin: datetime, end: datetime) -> Month:
    before = [r for r in reads if r.at <= begin]
    within = [r for r in reads if begin < r.at <= end]
    if not within:
        return Month(None, notes=("missing",), of=begin)
    notes: list[str] = []
    if before:
        first = before[-1]
        if begin - first.at > STALE:
            notes.append("since")
    else:
        first = within[0]
        notes.append("began")
    used = 0.0
    path = [first, *within] if before else within
    for one, other in itertools.pairwise(path):
        step, note = between(one.total, other.total)
        used += step
        if note and note not in notes:
            notes.append(note)
    if end - within[-1].at > STALE:
        notes.append("early")
    return Month(round(used, 6), first, within[-1], tuple(notes), begin)


def between(before: float, after: float) -> tuple[float, str]:
    """What was used between two readings, and what is to be said of it.

    A register that falls from nearly all nines to nearly nothing went round; one that falls a little was read again; any other is another meter,
    whose beginning nobody knows.
    """
    if after >= before:
        return after - before, ""
    digits = max(4, len(str(int(before))))
    whole = 10.0**digits
    if before >= whole * 0.95 and after <= whole * 0.05:
        return whole - before + after, "rollover"
    if before - after <= max(1.0, before * NOISE) and after > 0:
        return after - before, "corrected"
    return 0.0, "replaced"


def amount(use: float, price: int) -> int:
    """Fen for `use` units at `price` hundredths of a fen each, rounded as people do."""
    return math.floor(use * price / 100 + 0.5)

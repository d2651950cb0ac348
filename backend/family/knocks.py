"""How often somebody may try a code or ask about a number: counted in the database, so that no restart forgets it."""

from __future__ import annotations

from datetime import timedelta

from backend.core import clock
from backend.family.models import FamilyKnock

KEPT = timedelta(days=1)
MOST: dict[str, tuple[timedelta, int, int]] = {
    # what: (within, at most for one, at most for all)
    "code": (timedelta(hours=1), 5, 20),
    "ask": (timedelta(days=1), 3, 200),
    "asked": (timedelta(days=1), 3, 200),
}
"""Wrong codes, questions of one relative, questions to one resident. With 20 wrong codes an hour from everybody together, a
code of six digits that is good for a week is found in one of 300 weeks."""


def too_many(what: str, who: str) -> bool:
    """Whether `who`, or everybody together, has knocked too often."""
    within, each, everybody = MOST[what]
    since = clock.now() - within
    recent = FamilyKnock.select().where((FamilyKnock.what == what) & (FamilyKnock.at > since))
    return recent.where(FamilyKnock.who == who).count() >= each or recent.count() >= everybody


def knocked(what: str, who: str) -> None:
    """Count one more."""
    FamilyKnock.delete().where(FamilyKnock.at < clock.now() - KEPT).execute()
    FamilyKnock.create(what=what, who=who, at=clock.now())

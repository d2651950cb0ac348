"""Whoever was left out because somebody else was told already steps in when that somebody cannot be told after all: another member
of the same home, or another row of the same person."""

from __future__ import annotations

from collections.abc import Sequence

from backend.core.db import execute
from backend.residents import households
from broadcasts.models import Campaign
from broadcasts.recipients import AT_ONCE

_ANY = "SELECT 1 FROM recipient WHERE campaign_id = ? AND state = 'left_out' AND reason = 'twice' LIMIT 1"
_GONE = "SELECT id, whom FROM recipient WHERE id IN ({}) AND whom IS NOT NULL ORDER BY id"
_FREE = "UPDATE recipient SET whom = NULL WHERE id = ?"
_NEXT = (
    "SELECT id FROM recipient WHERE campaign_id = ? AND state = 'left_out' AND reason = 'twice' AND resident_id IN ({})"
    " ORDER BY id LIMIT 1"
)
_CALL = "UPDATE recipient SET state = 'waiting', reason = NULL, whom = ? WHERE id = ?"


def call(campaign: Campaign, gone: Sequence[int]) -> None:
    """For these recipients, who have just been left out, the next ones wait, inside the caller's transaction."""
    if not gone or execute(_ANY, (campaign.id,)).fetchone() is None:
        return
    for start in range(0, len(gone), AT_ONCE):
        some = gone[start : start + AT_ONCE]
        for number, whom in execute(_GONE.format(",".join("?" * len(some))), some).fetchall():
            people = _people(whom)
            following = _following(campaign, people) if people else None
            if following is not None:
                execute(_FREE, (number,))
                execute(_CALL, (whom, following))


def _people(whom: str) -> list[int]:
    """The residents who are told under this name (`freezing.judged`)."""
    kind, number = whom[0], int(whom[1:])
    if kind == "h":
        return [int(one.id) for one in households.members(number)]
    return [number] if kind == "r" else []


def _following(campaign: Campaign, people: Sequence[int]) -> int | None:
    found = execute(_NEXT.format(",".join("?" * len(people))), (campaign.id, *people)).fetchone()
    return found[0] if found is not None else None

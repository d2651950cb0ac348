"""What became of everybody in a campaign: each Recipient is in exactly one state, that of its Message's last Delivery or its own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from backend.core.db import execute
from backend.core.i18n import Msg, _
from backend.settings import settings
from broadcasts.campaigns import tallies
from broadcasts.models import Campaign

STATES: dict[str, tuple[Msg, str]] = {
    "waiting": (_("Waiting"), "calm"),
    "pending": (_("Waiting at the provider’s door"), "calm"),
    "sending": (_("Being sent"), "calm"),
    "sent": (_("Sent"), "good"),
    "delivered": (_("Delivered"), "good"),
    "read": (_("Read"), "good"),
    "failed": (_("Failed"), "urgent"),
    "unknown": (_("Sent perhaps: the answer was lost"), "attention"),
    "cancelled": (_("Taken back"), "attention"),
    "left_out": (_("Left out"), "attention"),
}
"""What each is called, and its tone, in the order in which they are shown."""
ARRIVED = ("sent", "delivered", "read")
BAD = ("failed", "unknown")
FINAL = (*ARRIVED, "failed", "unknown", "cancelled", "left_out")

STATE_SQL = "CASE WHEN r.state = 'said' THEN COALESCE(d.status, r.reason, 'pending') ELSE r.state END"
"""Of `recipient r` joined as in `JOINED`. The reason of somebody who was told is what it was summed up as: her message may be gone."""
JOINED = tallies.JOINED
_OPEN = ("pending", "sending", "cancelled")


@dataclass
class Counts:
    """People by state, by the channel that took them (`ways`: with what became of it, "sms/delivered"), by the reason why they were left
    out, by the error of those that failed. `despite`: how many were told an emergency where they want to be told nothing."""

    states: Counter[str] = field(default_factory=Counter)
    channels: Counter[str] = field(default_factory=Counter)
    left_out: Counter[str] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)
    ways: Counter[str] = field(default_factory=Counter)
    segments: int = 0
    despite: int = 0

    @property
    def total(self) -> int:
        return self.states.total()

    @property
    def arrived(self) -> int:
        return sum(self.states[s] for s in ARRIVED)

    @property
    def settled(self) -> int:
        return sum(self.states[s] for s in FINAL)

    @property
    def cost(self) -> Decimal:
        """Yuan for the short messages."""
        return self.segments * settings().sms_price

    def to_json(self) -> dict[str, Any]:
        return {
            "states": self.states,
            "channels": self.channels,
            "left_out": self.left_out,
            "errors": self.errors,
            "ways": self.ways,
            "segments": self.segments,
            "despite": self.despite,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Counts:
        parts = ("states", "channels", "left_out", "errors", "ways")
        kept = {name: Counter(data[name]) for name in parts}
        return cls(**kept, segments=data["segments"], despite=data.get("despite", 0))


def counts(campaign: Campaign) -> Counts:
    """As of now. The states add up to the campaign's `total`."""
    return Counts.from_json(campaign.sums) if campaign.sums is not None else counted(campaign)[0]


def counted(campaign: Campaign) -> tuple[Counts, list[tuple[int, int, int]]]:
    """The same, and how many were settled when: (minute since 1970, bad?, people) by the moment at which each person's last delivery
    became what it is."""
    found, minutes = added_up(tallies.outcomes(campaign))
    if campaign.sums is not None:
        return Counts.from_json(campaign.sums), minutes
    found.despite = despite([campaign.id]).get(campaign.id, 0)
    return found, minutes


_DESPITE = (
    "SELECT r.campaign_id, COUNT(DISTINCT r.id) FROM delivery d JOIN recipient r ON r.message_id = d.message_id"
    " WHERE d.despite IS NOT NULL AND r.campaign_id IN ({}){} GROUP BY r.campaign_id"
)


def despite(campaign_ids: Sequence[int], channel: str = "") -> dict[int, int]:
    """How many people of each were told where they want to be told nothing, for it was an emergency; on one channel, if wanted."""
    sql = _DESPITE.format(",".join("?" * len(campaign_ids)), " AND d.channel = ?" if channel else "")
    rows = execute(sql, (*campaign_ids, *([channel] if channel else ()))).fetchall()
    return {campaign_id: int(people) for campaign_id, people in rows}


def added_up(outcomes: Iterable[tallies.Outcome]) -> tuple[Counts, list[tuple[int, int, int]]]:
    """As `counted`, of rows that were counted already. Pure."""
    found, minutes = Counts(), Counter[tuple[int, int]]()
    for state, reason, status, channel, error, minute, people, segments in outcomes:
        became = (status or reason or "pending") if state == "said" else state
        found.states[became] += people
        if became == "left_out":
            found.left_out[reason or ""] += people
        elif channel:
            found.channels[channel] += people
            found.ways[f"{channel}/{became}"] += people
            found.segments += int(segments or 0)
        if error:
            found.errors[error] += people
        if status is not None and minute is not None and status not in _OPEN:
            minutes[int(minute), int(status in BAD)] += people
    return found, [(minute, bad, people) for (minute, bad), people in sorted(minutes.items())]

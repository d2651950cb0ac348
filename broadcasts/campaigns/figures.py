"""Figures of campaigns: how many were settled when, how fast it goes, what a month came to."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from backend.core import access, clock
from backend.core.access import Actor
from backend.core.db import execute
from backend.settings import settings
from broadcasts.campaigns import accounting
from broadcasts.campaigns import actions as campaigns
from broadcasts.models import Campaign

MINUTE_MS = 60_000
STEPS_MIN = (1, 5, 15, 60, 360, 1440)
"""A bar of the chart stands for so many minutes."""
MOST_BARS = 60
PACE_MIN = 3
"""Minutes from which the pace is taken."""


@dataclass(frozen=True, slots=True)
class Bar:
    """People whose last word came within one step from `at` on."""

    at: datetime
    good: int
    bad: int

    @property
    def total(self) -> int:
        return self.good + self.bad


@dataclass(frozen=True, slots=True)
class Course:
    """How a campaign went over time: bars of `step_min` minutes without gaps, and people a minute of late."""

    bars: tuple[Bar, ...] = ()
    step_min: int = 1
    pace: float = 0.0

    @property
    def highest(self) -> int:
        return max((b.total for b in self.bars), default=0)


def course(campaign: Campaign, rows: Sequence[tuple[int, ...]]) -> Course:
    """Of what `accounting.counted` found by minutes."""
    return Course(*bars(rows), _pace(campaign, rows))


def bars(rows: Sequence[tuple[int, ...]]) -> tuple[tuple[Bar, ...], int]:
    """The bars of (minute since 1970, bad?, people), and how many minutes each stands for. Pure."""
    if not rows:
        return (), 1
    first, last = rows[0][0], rows[-1][0]
    step = next((s for s in STEPS_MIN if (last - first) // s < MOST_BARS), STEPS_MIN[-1])
    counts: dict[int, list[int]] = defaultdict(lambda: [0, 0])
    for minute, bad, people in rows:
        counts[minute // step][bad] += people
    # After the last of a long tail of receipts the oldest are what is of interest.
    places = range(first // step, last // step + 1)[:MOST_BARS]
    return tuple(Bar(clock.from_ms(p * step * MINUTE_MS), *counts[p]) for p in places), step


def _pace(campaign: Campaign, rows: Sequence[tuple[int, ...]]) -> float:
    """People a minute, over the last minutes or since it began."""
    if campaign.started_at is None or campaign.state != campaigns.RUNNING:
        return 0.0
    now = clock.now()
    since = max(campaign.started_at, now - timedelta(minutes=PACE_MIN))
    minute = clock.to_ms(since) // MINUTE_MS
    people = sum(n for at, _bad, n in rows if at >= minute)
    passed = (clock.to_ms(now) - minute * MINUTE_MS) / MINUTE_MS
    return people / passed if passed > 0 else 0.0


def remaining(counts: accounting.Counts, pace: float) -> timedelta | None:
    """How long it goes on at this pace; None where nobody knows."""
    left = counts.total - counts.settled
    return timedelta(minutes=left / pace) if pace > 0 and left > 0 else None


# --- over many campaigns --------------------------------------------------------------------------------------


@dataclass
class Month:
    """What the campaigns that began in a month came to; `topics` and `channels` count people; `despite` those who were told an emergency
    where they want to be told nothing."""

    first: date
    campaigns: int = 0
    people: int = 0
    arrived: int = 0
    failed: int = 0
    opted_out: int = 0
    left_out: int = 0
    despite: int = 0
    segments: int = 0
    topics: Counter[str] = field(default_factory=Counter)
    channels: Counter[str] = field(default_factory=Counter)

    @property
    def cost(self) -> Decimal:
        """Yuan for the short messages."""
        return self.segments * settings().sms_price


_TOTALS = (
    "SELECT r.campaign_id, {state} AS became, r.reason, d.channel, COUNT(*), SUM(r.segments) FROM {joined}"
    " WHERE r.campaign_id IN ({places}) GROUP BY 1, 2, 3, 4"
)
_AT_ONCE = 200


def months(actor: Actor, since: date, topic: str = "", channel: str = "") -> list[Month]:
    """Month by month from `since` on, the newest first, of campaigns that the actor sees and that were sent; on one topic, and only
    the people who were reached by one channel, if wanted."""
    mine = Campaign.org_id.in_(access.org_ids(actor, "campaign.read"))
    begun = clock.local(clock.now()).replace(
        year=since.year, month=since.month, day=1, hour=0, minute=0, second=0, microsecond=0
    )
    wanted = mine & (Campaign.started_at >= begun) & (Campaign.sandbox == False)  # noqa: E712
    if topic:
        wanted &= Campaign.topic == topic
    query: Any = Campaign.select(Campaign.id, Campaign.topic, Campaign.started_at, Campaign.sums).where(
        wanted
    )
    found = {c.id: c for c in query}
    by_month: dict[date, Month] = {}
    for c in found.values():
        _month(by_month, c).campaigns += 1
        if c.sums is not None:
            _add_sums(_month(by_month, c), c.topic, accounting.Counts.from_json(c.sums), channel)
    ids = sorted(number for number, c in found.items() if c.sums is None)
    for start in range(0, len(ids), _AT_ONCE):
        some = ids[start : start + _AT_ONCE]
        sql = _TOTALS.format(
            state=accounting.STATE_SQL, joined=accounting.JOINED, places=",".join("?" * len(some))
        )
        for campaign_id, people in accounting.despite(some, channel).items():
            _month(by_month, found[campaign_id]).despite += people
        for campaign_id, became, reason, by, people, segments in execute(sql, some).fetchall():
            if not channel or by == channel:
                c = found[campaign_id]
                _add(_month(by_month, c), c.topic, became, reason, by, int(people), int(segments or 0))
    return [by_month[first] for first in sorted(by_month, reverse=True)]


def _month(by_month: dict[date, Month], campaign: Campaign) -> Month:
    first = clock.local(campaign.started_at).date().replace(day=1)
    return by_month.setdefault(first, Month(first))


def _add(
    month: Month, topic: str, became: str, reason: str | None, channel: str | None, people: int, segments: int
) -> None:
    month.people += people
    month.topics[topic] += people
    month.arrived += people if became in accounting.ARRIVED else 0
    month.failed += people if became in accounting.BAD else 0
    month.opted_out += people if reason == "opted_out" else 0
    month.left_out += people if became == "left_out" else 0
    if channel and became != "left_out":
        month.channels[channel] += people
        month.segments += segments


def _add_sums(month: Month, topic: str, sums: accounting.Counts, channel: str) -> None:
    """The same of a campaign that was summed up."""
    if not channel:
        for reason, people in sums.left_out.items():
            _add(month, topic, "left_out", reason, None, people, 0)
        _add(month, topic, "waiting", None, None, sums.states["waiting"], 0)
        month.despite += sums.despite
    for way, people in sums.ways.items():
        by, became = way.split("/")
        if not channel or by == channel:
            _add(month, topic, became, None, by, people, 0)
    month.segments += sums.segments if channel in ("", "sms") else 0

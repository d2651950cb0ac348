"""What a campaign would do, before the click: who would be told where, who would be left out and why, which values are missing, what
it costs. Counted by the same functions that write people down and tell them, so the truth is the same unless things change.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal

from backend.core import access, clock
from backend.core.access import Actor
from backend.messaging import people
from backend.messaging.content import Content
from backend.residents import queries as residents
from backend.settings import settings
from backend.web.text import mask
from broadcasts.audiences import finding
from broadcasts.campaigns import actions as campaigns
from broadcasts.campaigns import freezing, telling
from broadcasts.campaigns.actions import Plan
from broadcasts.campaigns.recipients import Waiting
from broadcasts.models import Campaign
from broadcasts.notices import wording
from broadcasts.notices.wording import Script, Wording

SECONDS = 2.0
"""How long a page may count."""
MOST_ROWS = 10
EXAMPLES = 3


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the audience, to be named and opened: a resident's, or an address of somebody else, who is called by it, masked."""

    row_id: int
    resident_id: int | None
    identity_id: int | None = None
    name: str = ""


@dataclass(slots=True)
class Missing:
    """A placeholder as written, how many people have no value for it, and the first of them."""

    people: int = 0
    rows: list[Row] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Example:
    """What one person would get. `address` is the identity's number."""

    row: Row
    channel: str
    address: int
    content: Content


@dataclass(slots=True)
class Outlook:
    """`total` rows are in the audience, the first `looked` of them were looked at. `channels`: people by the channel they would be told
    on; `left_out`: by reason; `longest`: segments of the longest short message; `unfilled`: what the writer
    still meant to fill in."""

    kind: str
    total: int
    looked: int = 0
    channels: Counter[str] = field(default_factory=Counter)
    left_out: Counter[str] = field(default_factory=Counter)
    missing: dict[str, Missing] = field(default_factory=dict)
    segments: int = 0
    longest: int = 0
    examples: list[Example] = field(default_factory=list)
    unfilled: list[str] = field(default_factory=list)
    done: bool = False
    counting: bool = False
    """A worker counts everybody just now."""

    @property
    def told(self) -> int:
        return self.channels.total()

    @property
    def all_segments(self) -> int:
        """Of everybody: counted, or reckoned from those who were looked at."""
        return self.segments if self.done or not self.looked else self.segments * self.total // self.looked

    @property
    def price(self) -> Decimal:
        """Yuan for the short messages; 0 where no price is known."""
        return self.all_segments * settings().sms_price


def outlook(
    actor: Actor, of: Plan | Campaign, seconds: float = SECONDS, at_once: int = freezing.PORTION
) -> Outlook:
    """As things stand now, for whoever answers for it; nothing is written or sent. After `seconds` it stops at the people it came to,
    `at_once` more at a time.
    Raises NotFound and Invalid for an audience or a wording that makes no sense."""
    campaign = of if isinstance(of, Campaign) else Campaign(**campaigns.columns_of(of))
    reader = actor
    if campaign.by_id is not None and campaign.state not in campaigns.WRITABLE:
        actor = campaigns.actor_of(campaign)
    looking = _Looking(actor, campaign, at_once)
    ends = clock.now() + timedelta(seconds=seconds)
    while looking.portion():
        if clock.now() >= ends:
            break
    looking.found.examples = _chosen(looking.found)
    return with_names(reader, looking.found)


class _Looking:
    """Goes through the audience as the pump would."""

    def __init__(self, actor: Actor, campaign: Campaign, at_once: int) -> None:
        # Of an audience that is narrowed only going through it tells how many people it has.
        self.found = Outlook(campaign.kind, finding.way(campaign.audience).count(actor, campaign.audience))
        self._actor, self._campaign = actor, campaign
        written = Wording.from_json(campaign.wording)
        self._script: Script = written.script()
        self.found.unfilled = wording.unfilled(written)
        self._off = freezing.excluded(campaign, actor)
        self._taken: set[str] = set()
        self._after, self._at_once = 0, at_once

    def portion(self) -> bool:
        """The next people; whether there may be more."""
        found = self.found
        part = finding.portion(self._actor, self._campaign.audience, self._after, self._at_once)
        new = freezing.judged(self._campaign, part, self._off, self._taken.intersection)
        self._after = part[-1].row_id if part else self._after
        self._taken.update(p.whom for p in new if p.reason is None and p.whom is not None)
        found.left_out.update(p.reason for p in new if p.reason is not None)
        waiting = [
            Waiting(number, number, p.row_id, p.resident_id, p.identity_id, 0)
            for number, p in enumerate(new, found.looked + 1)
            if p.reason is None
        ]
        found.looked += len(new)
        self._told(waiting)
        found.done = len(part) < self._at_once
        found.total = found.looked if found.done else max(found.total, found.looked)
        return not found.done

    def _told(self, waiting: list[Waiting]) -> None:
        found, by_number = self.found, {w.id: w for w in waiting}
        letters = telling.letters(self._campaign, self._actor, self._script, waiting, judged=True)
        found.left_out.update(letters.why.values())
        for number, names in letters.lacking.items():
            row = _row(by_number[number])
            for name in names:
                missing = found.missing.setdefault(name, Missing())
                missing.people += 1
                if len(missing.rows) < MOST_ROWS:
                    missing.rows.append(row)
        for out in letters.outgoing:
            segments = letters.segments[out.dedupe] or 0
            found.segments += segments
            found.longest = max(found.longest, segments)
            if found.channels[out.channel] < EXAMPLES:
                who = by_number[int(out.dedupe.split(":")[1])]
                found.examples.append(Example(_row(who), out.channel, out.identity_id, out.content))
            found.channels[out.channel] += 1


def _chosen(found: Outlook) -> list[Example]:
    """A few of the candidates: of as many channels as can be, the commonest first."""
    by_channel = {channel: [e for e in found.examples if e.channel == channel] for channel in found.channels}
    common = sorted(found.channels, key=lambda channel: (-found.channels[channel], channel))
    ordered = [
        by_channel[channel][n] for n in range(EXAMPLES) for channel in common if n < len(by_channel[channel])
    ]
    return ordered[:EXAMPLES]


def _row(who: Waiting) -> Row:
    return Row(who.row_id, who.resident_id, who.identity_id)


def with_names(reader: Actor, found: Outlook) -> Outlook:
    """The people in it are called by their names, as far as the reader may know them; of the others there is no example."""
    rows = [row for missing in found.missing.values() for row in missing.rows] + [
        e.row for e in found.examples
    ]
    known = residents.by_ids({row.resident_id for row in rows if row.resident_id is not None})
    places = access.where(reader, "resident.read", {one.org_id for one in known.values()})
    known = {number: one for number, one in known.items() if one.org_id in places}
    others = people.by_ids(
        {r.identity_id for r in rows if r.resident_id is None and r.identity_id is not None}
    )

    def named(row: Row) -> Row:
        if row.resident_id is not None:
            return replace(row, name=known[row.resident_id].name if row.resident_id in known else "")
        other = others.get(row.identity_id or 0)
        return replace(row, name=mask(other.address) if other is not None else "")

    for missing in found.missing.values():
        missing.rows = [named(row) for row in missing.rows]
    found.examples = [
        replace(e, row=named(e.row))
        for e in found.examples
        if e.row.resident_id is None or e.row.resident_id in known
    ]
    return found

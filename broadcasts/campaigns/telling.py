"""Telling a portion of a campaign's people: each in her language, with her row's values, at the address that is best now.

The letters are written before the transaction that says them, which others wait for; in it, whoever is not to be told any more, or
not there, is found by the same questions, and waits for the next portion.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from backend.core import clock
from backend.core.access import Actor
from backend.fields.calendar import shown_day
from backend.messaging import outbox, people, topics
from backend.messaging.content import Content
from backend.messaging.outbox import Outgoing
from backend.messaging.people import Address
from backend.printing import rows
from backend.printing.columns import Columns
from backend.printing.rows import Row
from backend.settings import settings
from bots import photo_link, sms_shape
from broadcasts.campaigns import freezing, recipients, stand_ins
from broadcasts.campaigns.recipients import Told, Waiting
from broadcasts.models import Campaign
from broadcasts.notices import wording
from broadcasts.notices.wording import Script


@dataclass(frozen=True, slots=True)
class Standing:
    """Why some people are not to be told, and where the others would be; by `_name`."""

    refused: dict[str, str]
    where: dict[str, Address]

    def of(self, who: Waiting) -> tuple[str | None, Address | None]:
        return self.refused.get(_name(who)), self.where.get(_name(who))


@dataclass(frozen=True, slots=True)
class Letters:
    """What a portion of people would be told as they stand, and why the others are not. `segments` by the Outgoing's `dedupe`; `why` and
    `lacking` (the names without a value) by the Waiting's `id`."""

    waiting: Sequence[Waiting]
    standing: Standing
    outgoing: list[Outgoing] = field(default_factory=list)
    segments: dict[str, int | None] = field(default_factory=dict)
    why: dict[int, str] = field(default_factory=dict)
    lacking: dict[int, list[str]] = field(default_factory=dict)

    def seal(self) -> None:
        """What can be done before the transaction is."""
        for out in self.outgoing:
            _ = out.sealed


def say(campaign: Campaign, found: Letters) -> bool:
    """Inside the transaction that holds the campaign: tell these people, or note why not, as far as they stand as they did when that was
    written; whether anybody does."""
    waiting = recipients.still_waiting(found.waiting)
    now = _standing(campaign, list(waiting))
    same = {who.id for who in waiting if now.of(who) == found.standing.of(who)}
    said = outbox.say_many([out for out in found.outgoing if _whom(out.dedupe) in same])
    recipients.told([Told(_whom(key), message, found.segments[key]) for key, message in said.items()])
    why = {number: reason for number, reason in found.why.items() if number in same}
    recipients.leave_out(why)
    if not campaign.sandbox:
        stand_ins.call(campaign, list(why))
    return bool(same)


def _whom(key: str) -> int:
    """The number of the Waiting whose `recipients.key` it is."""
    return int(key.split(":")[1])


def letters(
    campaign: Campaign, actor: Actor, script: Script, waiting: Sequence[Waiting], *, judged: bool = False
) -> Letters:
    """What is to be said to each of these as things stand; nothing is written. `judged`: `freezing` has just found nothing against it."""
    standing = _standing(campaign, waiting, judged=judged)
    by_locale: dict[str, list[Waiting]] = defaultdict(list)
    found = Letters(waiting, standing)
    for who in waiting:
        reason, address = standing.of(who)
        if campaign.sandbox:
            found.why[who.id] = "sandbox"
        elif reason is not None:
            found.why[who.id] = reason
        elif address is None:
            found.why[who.id] = "no_address"  # she left it a moment ago
        else:
            by_locale[script.locale(address.locale)].append(who)
    columns = rows.columns(actor, campaign.kind)
    for locale, some in by_locale.items():
        needed = wording.needs(script, locale, columns)
        values = values_of(actor, campaign.kind, script, columns, [w.row_id for w in some], locale)
        for who in some:
            row = values.get(who.row_id)
            if row is None:
                found.why[who.id] = "elsewhere"
                continue
            if missing := wording.lacking(needed, row):
                found.why[who.id], found.lacking[who.id] = "lacking", missing
                continue
            at = standing.where[_name(who)]
            out = _outgoing(campaign, script, columns, {**row, "number": str(who.number)}, who, at, locale)
            found.outgoing.append(out)
            found.segments[out.dedupe] = _segments(out)
    return found


def values_of(
    actor: Actor, kind: str, script: Script, columns: Columns, ids: Sequence[int], locale: str
) -> dict[int, Row]:
    """What each row says of the names that the notice asks for, with our own words."""
    hearing = rows.find(kind).hearing
    keys = frozenset(key for name in script.names() if (key := columns.key(name)) is not None)
    ours = own_words(locale)
    found = hearing.rows(actor, ids, locale, keys) if hearing is not None else {}
    return {number: {**ours, **row} for number, row in found.items()}


def own_words(locale: str) -> dict[str, str]:
    """What every notice may say without a row."""
    today = shown_day(clock.local(clock.now()).date(), locale)
    return {"today": today, "community": settings().community_name}


def _outgoing(
    campaign: Campaign, script: Script, columns: Columns, row: Row, who: Waiting, where: Address, locale: str
) -> Outgoing:
    return Outgoing(
        identity_id=where.identity_id,
        channel=where.channel,
        resident_id=who.resident_id,
        content=replace(script.said(locale, lambda name: columns.value(row, name)), topic=campaign.topic),
        purpose=recipients.purpose(campaign),
        queue=recipients.queue(campaign),
        dedupe=recipients.key(campaign, who),
        about=campaign.subject,
        channels=",".join(campaign.channels) or None,
        despite=where.despite,
    )


def _segments(out: Outgoing) -> int | None:
    if out.channel != "sms":
        return None
    return segments(out.content)


def segments(content: Content) -> int:
    """What it costs as a short message; a photo in it is a link."""
    said = photo_link.linked(content, A_NUMBER)
    return sum(b.cost.segments for b in sms_shape.shape((said,), settings().community_name))


A_NUMBER = 0xFFFFF
"""Of a message that is not made yet: as long as theirs are."""


def without(campaign: Campaign, waiting: Sequence[Waiting], channels: Collection[str]) -> list[Waiting]:
    """Those of them who would not be told on one of these channels now."""
    known, others = _whose(waiting)
    where = _where(campaign, freezing.addresses(campaign, known), others)
    return [w for w in waiting if (at := where.get(_name(w))) is None or at.channel not in channels]


def _whose(waiting: Sequence[Waiting]) -> tuple[list[int], list[int]]:
    """(residents, addresses of others), in order."""
    known = {w.resident_id for w in waiting if w.resident_id is not None}
    others = {w.identity_id for w in waiting if w.identity_id is not None and w.resident_id is None}
    return sorted(known), sorted(others)


def _standing(campaign: Campaign, waiting: Sequence[Waiting], *, judged: bool = False) -> Standing:
    known, others = _whose(waiting)
    reached = freezing.addresses(campaign, known)
    refused = {} if judged else freezing.refusals(campaign, known, others, reached)
    return Standing(refused, _where(campaign, reached, others))


def _where(campaign: Campaign, reached: Mapping[int, Address], others: Sequence[int]) -> dict[str, Address]:
    """Where residents and addresses of others are told, by `_name`."""
    exempt = topics.TOPICS[campaign.topic].exempt
    found = {f"r{i}": a for i, a in reached.items()}
    for identity in people.by_ids(others).values() if others else ():
        despite = exempt and identity.state == "stopped"
        found[f"i{identity.id}"] = Address(identity.id, identity.channel, identity.locale, despite)
    return found


def _name(who: Waiting) -> str:
    return f"r{who.resident_id}" if who.resident_id is not None else f"i{who.identity_id}"

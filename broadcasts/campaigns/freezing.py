"""Writing down exactly who gets a campaign, a portion at a time: who is left out stands there too, with the reason."""

from __future__ import annotations

from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass
from datetime import datetime

from backend.core.access import Actor
from backend.messaging import people, topics
from backend.messaging.people import Address
from backend.residents import consent
from backend.residents import queries as residents
from broadcasts.audiences import finding
from broadcasts.audiences.exclusion import Exclusion
from broadcasts.audiences.finding import Found, whom
from broadcasts.campaigns import recipients
from broadcasts.campaigns.recipients import New
from broadcasts.models import Campaign

PORTION = 1_000
UNASKED = "offer"
"""Goes to nobody who never gave the address: an address of somebody's list is for what staff answer for."""


@dataclass(frozen=True, slots=True)
class Portion:
    """The rows of the audience after `after`, judged; `position` is the last that was looked at, and there may be `more`. `as_of`: when
    the campaign had been changed last."""

    after: int
    as_of: datetime
    people: list[New]
    position: int
    more: bool


def portion(campaign: Campaign, actor: Actor, excluded: Exclusion) -> Portion:
    """The next rows of the audience; nothing is written. `excluded`: whom to leave out."""
    after = campaign.position
    found, last = finding.step(actor, campaign.audience, after, PORTION)
    new = judged(campaign, found, excluded, lambda names: recipients.known(campaign, names))
    position = last if last is not None else found[-1].row_id if found else after
    return Portion(after, campaign.changed_at, new, position, last is not None)


def write(campaign: Campaign, found: Portion) -> bool:
    """These are in it from now on, inside the transaction that holds the campaign; False: somebody was at it meanwhile, and nothing is
    written. What changes about people until they are told is heeded then."""
    if (campaign.position, campaign.changed_at) != (found.after, found.as_of):
        return False
    recipients.add(campaign, found.people)
    campaign.position = found.position
    campaign.save(only=("position", "total"))
    return True


def excluded(campaign: Campaign, actor: Actor) -> Exclusion:
    """Everybody of the audiences that are taken off."""
    return Exclusion(actor, campaign.audience.get("minus", ()))


def judged(
    campaign: Campaign, found: Sequence[Found], off: Exclusion, known_of: Callable[[set[str]], set[str]]
) -> list[New]:
    """Each of these rows, told or left out with the reason. `known_of`: of these names the ones that are told already."""
    known = sorted({f.resident_id for f in found if f.resident_id is not None})
    others = sorted({f.identity_id for f in found if f.identity_id is not None and f.resident_id is None})
    reasons = refusals(campaign, known, others, addresses(campaign, known))
    homes = residents.households_of(known) if campaign.merge == "household" else {}
    names = {id(f): f"h{homes[f.resident_id]}" if f.resident_id in homes else whom(f) for f in found}
    taken = known_of({n for n in names.values() if n is not None})
    taken_off = off.of(found)
    # Of a trial by another system no address is kept (`api.persons`); it has been looked at.
    unkept = campaign.sandbox and campaign.api_key_id is not None and campaign.kind.startswith("list:")
    new = []
    for f in found:
        name, mine = names[id(f)], whom(f)
        if mine is None:
            reason: str | None = "sandbox" if unkept else "nobody"
        elif mine in taken_off:
            reason = "excluded"
        else:
            reason = reasons.get(mine) or ("twice" if name in taken else None)
        if reason is None and name is not None:
            taken.add(name)
        new.append(New(f.row_id, f.resident_id, f.identity_id, name, reason))
    return new


def addresses(campaign: Campaign, resident_ids: Sequence[int]) -> dict[int, Address]:
    """Where each of these would be told; who has no address for it is absent."""
    return people.best(resident_ids, campaign.channels, stopped=topics.TOPICS[campaign.topic].exempt)


def refusals(
    campaign: Campaign, resident_ids: Sequence[int], identity_ids: Sequence[int], reached: Container[int]
) -> dict[str, str]:
    """Why some of these cannot be told, by `whom`. An emergency asks for no consent but a living file. `reached`: the residents who
    have `addresses`."""
    exempt = topics.TOPICS[campaign.topic].exempt
    hears = consent.hearing(resident_ids)
    left = set() if exempt else topics.left(resident_ids, campaign.topic)
    why: dict[str, str] = {}
    for number in resident_ids:
        if number not in hears:
            why[f"r{number}"] = "not_wanted"
        elif number in left:
            why[f"r{number}"] = "opted_out"
        elif number not in reached:
            why[f"r{number}"] = "no_address"
    silent = set() if exempt else topics.left_at(identity_ids, campaign.topic)
    known = people.by_ids(identity_ids) if identity_ids else {}
    for number in identity_ids:
        address = known.get(number)
        allowed = address is not None and (not campaign.channels or address.channel in campaign.channels)
        if address is None or not allowed or address.state == "blocked":
            why[f"i{number}"] = "no_address"
        elif number in silent or (address.state == "stopped" and not exempt):
            why[f"i{number}"] = "opted_out"
        elif campaign.topic == UNASKED and address.verified_at is None:
            why[f"i{number}"] = "unproven"
    return why

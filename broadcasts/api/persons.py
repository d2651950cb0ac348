"""Whom a call means: a resident under the key's Org, or an address of somebody else."""

from __future__ import annotations

from collections.abc import Sequence

from backend.core import access, clock
from backend.core.errors import Invalid, NotFound
from backend.core.i18n import DEFAULT_LOCALE
from backend.fields import Email, Misunderstood, Phone
from backend.fields.base import Context, zone_for
from backend.fields.words import Said
from backend.messaging import people
from backend.messaging.people import Address
from backend.residents import consent, known_by
from backend.residents import queries as residents
from broadcasts.api import schema
from broadcasts.api.keys import actor_of
from broadcasts.api.models import ApiKey
from broadcasts.campaigns import freezing
from broadcasts.models import Campaign


class Person:
    """Who is meant: a resident, or an address of somebody else. In a trial an address that nobody wrote to before is not kept: it is
    neither, and `channel` alone says where it is."""

    def __init__(self, resident_id: int | None, identity_id: int | None, channel: str = "") -> None:
        self.resident_id, self.identity_id, self.channel = resident_id, identity_id, channel

    @classmethod
    def of(cls, key: ApiKey, to: schema.To) -> Person:
        """Raises NotFound for a resident who does not live under the key's Org, Invalid for an address that is none."""
        if to.resident is not None:
            _check_lives_here(key, to.resident)
            return cls(to.resident, None)
        channel, address = _address(to)
        whose = _whose(channel, address)
        if whose is not None:
            _check_lives_here(key, whose)
            # At an address that she never proved only who is reached nowhere else, and may be told at all.
            if people.reached([whose]) or whose not in consent.hearing([whose]):
                return cls(whose, None)
        if key.sandbox:
            known = people.find(channel, address)
            return cls(None, known.id if known is not None else None, channel)
        return cls(None, people.ensure(channel, address, org_id=key.org_id).id, channel)

    @property
    def residents(self) -> list[int]:
        return [self.resident_id] if self.resident_id is not None else []

    @property
    def identities(self) -> list[int]:
        return [self.identity_id] if self.identity_id is not None else []

    @property
    def name(self) -> str:
        """As in `freezing.whom`."""
        return f"r{self.resident_id}" if self.resident_id is not None else f"i{self.identity_id}"

    def refusal(self, topic: str, channels: Sequence[str]) -> str | None:
        """Why she may not be told, one of `recipients.REASONS`. One person is a campaign of one: the same rules hold."""
        if self.resident_id is None and self.identity_id is None:
            if channels and self.channel not in channels:
                return "no_address"
            return "unproven" if topic == freezing.UNASKED else None
        alone = Campaign(topic=topic, channels=list(channels))
        reached = freezing.addresses(alone, self.residents)
        return freezing.refusals(alone, self.residents, self.identities, reached).get(self.name)

    def address(self, channels: Sequence[str]) -> Address:
        """Where she is told; there is one, since nothing spoke against it."""
        if self.resident_id is not None:
            return people.best(self.residents, channels)[self.resident_id]
        if self.identity_id is None:
            return Address(0, self.channel, DEFAULT_LOCALE)
        identity = people.get(self.identity_id)
        return Address(identity.id, identity.channel, identity.locale)


def _whose(channel: str, address: str) -> int | None:
    """The resident who proved this address, or whose file has it."""
    held = people.held(channel, [address]).get(address)
    if held is not None and held.resident_id is not None:
        return held.resident_id
    in_files = known_by.mobiles if channel == "sms" else known_by.emails
    return in_files({address}).get(address)


def _check_lives_here(key: ApiKey, resident_id: int) -> None:
    found = residents.find(resident_id)
    if found is None or not access.may(actor_of(key), "resident.read", residents.org_of(resident_id)):
        raise NotFound()


def _address(to: schema.To) -> tuple[str, str]:
    now = clock.local(clock.now())
    field = Phone("phone") if to.phone is not None else Email("email")
    try:
        return ("sms" if to.phone is not None else "email"), str(
            field.parse(Said(text=to.phone or to.email or ""), Context(now, "zh_CN", zone_for(now, {})))
        )
    except Misunderstood as error:
        raise Invalid(error.text, "to") from error

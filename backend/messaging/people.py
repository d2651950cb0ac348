"""Whom we can reach, and where: the Identities of residents and staff, in their order of preference."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from backend.core import clock, crypto
from backend.core.db import execute, transaction
from backend.core.i18n import DEFAULT_LOCALE
from backend.messaging.models import Identity


@dataclass(frozen=True, slots=True)
class Resident:
    id: int


@dataclass(frozen=True, slots=True)
class StaffMember:
    id: int


@dataclass(frozen=True, slots=True)
class At:
    """Exactly this Identity, whoever holds it: what fails there goes nowhere else, for another address of the same person may
    be read by others. `elsewhere`: her other addresses may be tried too, as with an answer that she waits for."""

    identity_id: int
    elsewhere: bool = False


To = Resident | StaffMember | At


def address_index(address: str) -> str:
    return crypto.blind_index(address, "address")


def find(channel: str, address: str) -> Identity | None:
    return Identity.get_or_none(
        (Identity.channel == channel) & (Identity.address_index == address_index(address))
    )  # type: ignore[no-any-return]


def get(identity_id: int) -> Identity:
    return Identity.get_by_id(identity_id)  # type: ignore[no-any-return]


def whose(identity_id: int) -> tuple[int | None, int | None, int | None]:
    """(resident, staff member, Org) whose Identity it is."""
    resident_id, staff_id, org_id = execute(_WHOSE, (identity_id,)).fetchone()
    return resident_id, staff_id, org_id


_WHOSE = "SELECT resident_id, staff_id, org_id FROM identity WHERE id = ?"


def same_telephone(identity_id: int) -> list[Identity]:
    """This address; a telephone that we ring up is the one that we write to."""
    mine = get(identity_id)
    if mine.channel not in ("sms", "voice"):
        return [mine]
    return [i for channel in ("sms", "voice") if (i := find(channel, mine.address)) is not None]


def stopped_by_sms(identity: Identity) -> bool:
    """Whether somebody said at this telephone that she wants no more short messages: who did is not rung up instead."""
    here = (Identity.channel == "sms") & (Identity.address_index == identity.address_index)
    return bool(Identity.select().where(here & (Identity.state == "stopped")).exists())


def despite(identity: Identity) -> bool:
    """Whether somebody said at this address, or, where she is rung up, by text message, that she wants to be told nothing more."""
    return identity.state == "stopped" or (identity.channel == "voice" and stopped_by_sms(identity))


def by_ids(ids: Iterable[int]) -> dict[int, Identity]:
    """Several at once, for a list."""
    found = Identity.select().where(Identity.id.in_(list(ids)) & (Identity.state != GONE))
    return {i.id: i for i in found}


def ensure(channel: str, address: str, locale: str | None = None, org_id: int | None = None) -> Identity:
    """The Identity of this address, made when it is new; two who make it at once get the same. `org_id`: of the community that knows
    it: staff elsewhere do not read what is said there."""
    with transaction():
        if found := find(channel, address):
            if found.org_id is None and org_id is not None:
                settle(found.id, org_id)
                return get(found.id)
            return found
        Identity.insert(
            channel=channel,
            address=address,
            address_index=address_index(address),
            org_id=org_id,
            locale=locale or DEFAULT_LOCALE,
            created_at=clock.now(),
        ).on_conflict_ignore().execute()
        return Identity.get(  # type: ignore[no-any-return]
            (Identity.channel == channel) & (Identity.address_index == address_index(address))
        )


def settle(identity_id: int, org_id: int) -> None:
    """Somebody at this Org is connected with whoever is at this address; where it belongs already, it stays."""
    Identity.update(org_id=org_id).where((Identity.id == identity_id) & Identity.org_id.is_null()).execute()


@dataclass(frozen=True, slots=True)
class Held:
    """An address that we know. `resident_id`: whose it was proven to be, on any channel of the same telephone."""

    identity_id: int
    resident_id: int | None


_SAME_ADDRESS = {"sms": ("sms", "voice"), "voice": ("sms", "voice")}


def held(channel: str, addresses: Iterable[str]) -> dict[str, Held]:
    """Those of the addresses that have an Identity on the channel."""
    by_index = {address_index(a): a for a in addresses}
    wanted, same = list(by_index), _SAME_ADDRESS.get(channel, (channel,))
    here: dict[str, int] = {}
    owners: dict[str, int] = {}
    for start in range(0, len(wanted), 500):
        part = wanted[start : start + 500]
        sql = _HELD.format(", ".join("?" * len(same)), ", ".join("?" * len(part)))
        for on, index, identity_id, resident_id in execute(sql, (*same, *part)).fetchall():
            if on == channel:
                here[by_index[index]] = identity_id
            if resident_id is not None:
                owners[by_index[index]] = resident_id
    return {address: Held(number, owners.get(address)) for address, number in here.items()}


_HELD = "SELECT channel, address_index, id, resident_id FROM identity WHERE channel IN ({}) AND address_index IN ({})"


def owners(identity_ids: Iterable[int]) -> dict[int, int | None]:
    """The resident of each Identity that is there; None of who is none."""
    wanted, found = list(identity_ids), dict[int, int | None]()
    for start in range(0, len(wanted), 500):
        part = wanted[start : start + 500]
        found |= dict(execute(_OWNERS.format(", ".join("?" * len(part))), part).fetchall())
    return found


_OWNERS = "SELECT id, resident_id FROM identity WHERE id IN ({})"


def indexes(identity_ids: Iterable[int]) -> dict[int, str]:
    """The blind index of the address of each Identity that is there."""
    wanted, found = list(identity_ids), dict[int, str]()
    for start in range(0, len(wanted), 500):
        part = wanted[start : start + 500]
        found |= dict(execute(_INDEXES.format(", ".join("?" * len(part))), part).fetchall())
    return found


_INDEXES = "SELECT id, address_index FROM identity WHERE id IN ({})"


def held_by(resident_ids: Iterable[int]) -> list[int]:
    """The Identities of these residents."""
    wanted, found = list(resident_ids), list[int]()
    for start in range(0, len(wanted), 500):
        part = wanted[start : start + 500]
        sql = f"SELECT id FROM identity WHERE resident_id IN ({', '.join('?' * len(part))})"  # noqa: S608
        found += [row[0] for row in execute(sql, part).fetchall()]
    return found


def ensure_many(channel: str, addresses: Iterable[str], org_id: int) -> dict[str, Held]:
    """`ensure` for many at once; who is known already belongs where she did."""
    wanted = list(dict.fromkeys(addresses))
    with transaction():
        found = held(channel, wanted)
        new = [a for a in wanted if a not in found]
        now = clock.now_ms()
        for start in range(0, len(new), 500):
            part = new[start : start + 500]
            values = [
                v
                for a in part
                for v in (channel, crypto.encrypt(a, _ADDRESS), address_index(a), org_id, DEFAULT_LOCALE, now)
            ]
            execute(f"{_ENSURE} {', '.join([_NEW] * len(part))} ON CONFLICT DO NOTHING", values)
        return found | (held(channel, new) if new else {})


_ENSURE = "INSERT INTO identity (channel, address, address_index, org_id, locale, created_at, state, preference) VALUES"
_NEW = "(?, ?, ?, ?, ?, ?, 'active', 100)"
_ADDRESS = "identity.address"
GONE = "gone"
"""The state of a forgotten Identity, of which the number is left, so that nobody else gets it."""


CHATS = ("telegram", "webchat")


def identities(
    to: To, *, reachable: bool = True, asked_for: bool = False, alarm: bool = False
) -> list[Identity]:
    """The Identities of a person, the preferred first; by default only those that may be written to.

    `asked_for`: she asked for this very message (a code), so that having opted out of notices does not stop it. `alarm`: somebody
    relies on her, so that it does not in a chat; by SMS, where the carrier stops everything, it does; she is rung up instead (`alarms.rungs`).
    """
    if isinstance(to, At):
        query = Identity.select().where(Identity.id == to.identity_id)
    elif isinstance(to, Resident):
        query = Identity.select().where(Identity.resident_id == to.id)
    else:
        query = Identity.select().where(Identity.staff_id == to.id)
    query = query.where(Identity.state != GONE)
    if reachable:
        may = Identity.state.in_(("active", "stopped") if asked_for else ("active",))
        if alarm:
            may |= (Identity.state == "stopped") & Identity.channel.in_(CHATS)
        query = query.where(may)
        if not isinstance(to, At):
            query = query.where(Identity.verified_at.is_null(False))
    return list(query.order_by(Identity.preference, Identity.verified_at.desc(), Identity.id))


def reached(resident_ids: Sequence[int]) -> dict[int, tuple[str, str]]:
    """(channel, language) of the address that each resident would be written to first; who has none is absent."""
    found: dict[int, tuple[str, str]] = {}
    for start in range(0, len(resident_ids), 500):
        part = resident_ids[start : start + 500]
        rows = execute(_REACHED.format(", ".join("?" * len(part))), part).fetchall()
        for resident_id, channel, locale in rows:
            found.setdefault(resident_id, (channel, locale))
    return found


_REACHED = (
    "SELECT resident_id, channel, locale FROM identity WHERE resident_id IN ({}) AND state = 'active'"
    " AND verified_at IS NOT NULL ORDER BY preference, verified_at DESC, id"
)


@dataclass(frozen=True, slots=True)
class Address:
    """Where somebody would be written to. `despite`: she wants to be told nothing there."""

    identity_id: int
    channel: str
    locale: str
    despite: bool = False


def best(
    resident_ids: Sequence[int], channels: Sequence[str] = (), *, stopped: bool = False
) -> dict[int, Address]:
    """The address that each resident would be written to first, of these channels in this order, or, without any, as she prefers.
    Who has none is absent. `stopped`: what must be heard goes to those who opted out, too. Else who wants no more short messages is
    not rung up instead."""
    order = {channel: place for place, channel in enumerate(channels)}
    states = ("active", "stopped") if stopped else ("active",)
    found: dict[int, tuple[int, Address]] = {}
    for start in range(0, len(resident_ids), 500):
        part = resident_ids[start : start + 500]
        sql = _BEST.format(
            ", ".join("?" * len(part)), ", ".join("?" * len(states)), "" if stopped else _RUNG_UP
        )
        for resident_id, identity_id, channel, locale, state in execute(sql, (*part, *states)).fetchall():
            place = order.get(channel) if order else 0
            if place is not None and (resident_id not in found or place < found[resident_id][0]):
                found[resident_id] = (place, Address(identity_id, channel, locale, state == "stopped"))
    return {resident_id: address for resident_id, (_place, address) in found.items()}


_BEST = (
    "SELECT resident_id, id, channel, locale, state FROM identity WHERE resident_id IN ({}) AND state IN ({})"
    " AND verified_at IS NOT NULL{} ORDER BY preference, verified_at DESC, id"
)
_RUNG_UP = (
    " AND (channel <> 'voice' OR NOT EXISTS (SELECT 1 FROM identity s WHERE s.channel = 'sms'"
    " AND s.address_index = identity.address_index AND s.state = 'stopped'))"
)

DEFAULT_PREFERENCE = {"telegram": 10, "webchat": 15, "sms": 20, "email": 40, "fax": 60, "voice": 90}
"""Chat first (free, with buttons): what nobody sees in a webchat goes on to the next (`unseen`). A call only when nothing
else is left."""


def join_resident(identity_id: int, resident_id: int, org_id: int | None = None) -> None:
    """This address is proven to be the resident's."""
    _join(identity_id, {"resident_id": resident_id, **({"org_id": org_id} if org_id else {})})


def join_staff(identity_id: int, staff_id: int) -> None:
    """This address is proven to be the staff member's."""
    _join(identity_id, {"staff_id": staff_id})


def _join(identity_id: int, values: dict[str, int]) -> None:
    with transaction():
        identity = Identity.get_by_id(identity_id)
        Identity.update(
            **values, verified_at=clock.now(), preference=DEFAULT_PREFERENCE.get(identity.channel, 100)
        ).where(Identity.id == identity_id).execute()


def set_state(identity_id: int, state: str) -> None:
    """active | stopped (opted out) | blocked (by the user, or the number is dead)."""
    Identity.update(state=state).where(Identity.id == identity_id).execute()


def set_locale(identity_id: int, locale: str) -> None:
    Identity.update(locale=locale).where(Identity.id == identity_id).execute()


def prefer(identity_id: int, preference: int) -> None:
    Identity.update(preference=preference).where(Identity.id == identity_id).execute()


def release(resident_id: int) -> None:
    """Forget that these addresses are this resident's (her file was erased)."""
    _leave(Identity.resident_id == resident_id)


def leave(identity_id: int) -> None:
    """This address is no longer its resident's (she has another number now)."""
    _leave(Identity.id == identity_id)


def leave_staff(identity_id: int) -> None:
    """This address is no longer its staff member's (they have another number now)."""
    with transaction():
        which = Identity.id == identity_id
        Identity.update(verified_at=None).where(which & Identity.resident_id.is_null()).execute()
        Identity.update(staff_id=None).where(which).execute()


def _leave(which: Any) -> None:
    with transaction():
        # A staff member who is also a resident stays reachable as staff.
        Identity.update(verified_at=None).where(which & Identity.staff_id.is_null()).execute()
        Identity.update(resident_id=None).where(which).execute()

"""What others may know about residents, and what the pages list. Other domains see plain values, never models."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import peewee

from backend.core import access, clock
from backend.core.access import Actor
from backend.core.errors import NotFound
from backend.core.i18n import Msg, Text
from backend.core.orgs import Org
from backend.fields.base import Context, Misunderstood
from backend.fields.id_number import ID_TYPES
from backend.fields.phone import read_phone
from backend.fields.plain import half_width
from backend.fields.words import Said
from backend.residents import file, households, privacy, tenancies
from backend.residents.form import FILE
from backend.residents.models import FileChange, Household, Resident
from backend.residents.status import STATUS_WORDS


@dataclass(frozen=True, slots=True)
class Summary:
    """A resident as other domains see her, and show her to staff: what she keeps to herself is None. `home` is JSON of a
    `fields.address.Home`, or None. Who must reach her in need asks `in_need`."""

    id: int
    name: str
    status: str
    org_id: int
    home: dict[str, str] | None
    mobile: str | None
    locale: str


def find(resident_id: int) -> Summary | None:
    return by_ids([resident_id]).get(resident_id)


def in_need(resident_id: int) -> Summary | None:
    """The same with what she keeps to herself: for an alarm and whoever goes to her door because of one, and for herself."""
    resident = Resident.get_or_none(Resident.id == resident_id)
    return None if resident is None else _summary(resident, frozenset())


def by_id(resident_id: int) -> Summary:
    """Raises NotFound."""
    found = find(resident_id)
    if found is None:
        raise NotFound()
    return found


def by_ids(ids: Iterable[int]) -> dict[int, Summary]:
    """Several at once, for a list."""
    wanted = list(ids)
    if not wanted:
        return {}
    rows = (
        Resident.select(Resident, Household)
        .join(Household, peewee.JOIN.LEFT_OUTER)
        .where(Resident.id.in_(wanted))
    )
    private = privacy.only_hers(wanted)
    return {r.id: _summary(r, private.get(r.id, frozenset())) for r in rows}


def _summary(resident: Resident, hers: frozenset[str]) -> Summary:
    household = None if "home" in hers else resident.household
    home = households.home_of(household).to_json() if household else None
    mobile = None if "mobile" in hers else resident.mobile
    return Summary(
        resident.id, resident.name, resident.status, resident.org_id, home, mobile, resident.locale
    )


def living_at(resident_id: Any, org_ids: Any) -> Any:
    """A condition: the resident whom this column names belongs to one of these Orgs."""
    there = Resident.select(peewee.SQL("1")).where(
        (Resident.id == resident_id) & Resident.org_id.in_(org_ids)
    )
    return peewee.fn.EXISTS(there)


def name_of(resident_id: int) -> str:
    return by_id(resident_id).name


def org_of(resident_id: int) -> int:
    return by_id(resident_id).org_id


def home_of(resident_id: int) -> dict[str, str] | None:
    """JSON of her Home, as the Address field's fact "home"; None when she has none. Also one that she keeps to herself: for what
    she asks to have done there, and for who must find her. Raises NotFound."""
    found = in_need(resident_id)
    if found is None:
        raise NotFound()
    return found.home


def households_of(resident_ids: Sequence[int]) -> dict[int, int]:
    """The home of each by its id; who has none is absent."""
    found: dict[int, int] = {}
    for start in range(0, len(resident_ids), 500):
        which = Resident.id.in_(list(resident_ids[start : start + 500])) & Resident.household.is_null(False)
        query: Any = Resident.select(Resident.id, Resident.household).where(which).tuples()
        found |= dict(query)
    return found


def mobile_of(resident_id: int) -> str | None:
    """E.164, in full, unless she keeps it to herself: mask it before it is shown (`FILE["mobile"].masked`)."""
    return by_id(resident_id).mobile


def status_of(resident_id: int) -> str:
    return by_id(resident_id).status


def acquainted(resident_ids: Iterable[int], locale: str) -> dict[int, str]:
    """Of these residents those who show their name to the community, with whatever else they show, in one line each: what another
    resident of the community may read of them. Of a birthday the day without the year."""
    wanted = list(resident_ids)
    shared = {r_id: items for r_id, items in privacy.shares(wanted).items() if "name" in items}
    rows = (
        Resident.select(Resident, Household)
        .join(Household, peewee.JOIN.LEFT_OUTER)
        .where(Resident.id.in_(list(shared)) & (Resident.status == "approved"))
    )
    found = {}
    for resident in rows:
        answers, items = file.answers_of(resident), shared[resident.id]
        told = [resident.name]
        told += [
            FILE[n].show(answers[n], locale)
            for n in ("mobile", "email", "home")
            if n in items and n in answers
        ]
        if "birthday" in items and resident.birthday:
            told.append(f"{resident.birthday:%m-%d}")
        found[resident.id] = " · ".join(told)
    return found


# --- lists ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Filters:
    """`text`: part of a name, a whole mobile or ID number, or a home like 3-2-501."""

    status: str = ""
    building: str = ""
    org_id: int | None = None
    text: str = ""
    tenancy: str = ""
    """"ending": those whose tenancy ends soon, or has just ended."""


def listed(actor: Actor, filters: Filters) -> Any:
    """The residents that the actor may read and the filters fit, newest first: a peewee query."""
    query = (
        Resident.select(Resident, Household)
        .join(Household, peewee.JOIN.LEFT_OUTER)
        .where(_visible(actor, "resident.read"))
        .order_by(Resident.id.desc())
    )
    if filters.status:
        query = query.where(Resident.status == filters.status)
    else:
        query = query.where(Resident.status != "erased")
    if filters.building:
        query = query.where(Household.building == filters.building)
    if filters.org_id is not None:
        query = query.where(Resident.org_id == filters.org_id)
    if filters.tenancy == "ending":
        query = query.where(tenancies.soon())
    if filters.text.strip():
        query = query.where(_text(filters.text.strip()))
    return query


def _visible(actor: Actor, permission: str) -> Any:
    return Resident.org_id.in_(access.org_ids(actor, permission))


def _text(text: str) -> Any:
    """What the search box means: every reading that the text allows."""
    condition = Resident.name.contains(text)
    plain = half_width(text).upper().replace(" ", "")
    if plain.isdigit() and len(plain) < 7:
        condition |= Household.room == plain
    if any(c.isdigit() for c in plain) and 6 <= len(plain) <= 30:
        indexes = {file.id_index(t.value, number) for t in ID_TYPES for number in _documents(t.value, plain)}
        condition |= Resident.id_index.in_(sorted(indexes))
        with contextlib.suppress(Misunderstood):
            condition |= Resident.mobile_index == file.mobile_index(read_phone(text))
    if "@" in text:
        condition |= Resident.email_index == file.email_index(text)
    with contextlib.suppress(Misunderstood):
        condition |= Household.key == households.key_of(households.ADDRESS.parse(Said(text=text), _context()))
    return condition


def _documents(id_type: str, text: str) -> set[str]:
    """The number as stored: as typed, and as the Field would have kept it (a 15-digit one has 18)."""
    found = {text}
    with contextlib.suppress(Misunderstood):
        found.add(FILE["id_number"].parse(Said(text=text), _context(id_type=id_type)))
    return found


def _context(**answers: Any) -> Context:
    return Context(clock.now(), "zh_CN", clock.zone(), answers)


def buildings(actor: Actor) -> list[str]:
    """The buildings in which residents that the actor may read live, in order."""
    rows: Any = (
        Household.select(Household.building)
        .where(Household.org_id.in_(access.org_ids(actor, "resident.read")) & (Household.building != ""))
        .distinct()
        .tuples()
    )
    return sorted((r[0] for r in rows), key=lambda b: (not b.isdecimal(), int(b) if b.isdecimal() else 0, b))


def counts(actor: Actor) -> dict[str, int]:
    """How many residents the actor may read stand in each status."""
    rows: Any = (
        Resident.select(Resident.status, peewee.fn.COUNT(Resident.id))
        .where(_visible(actor, "resident.read"))
        .group_by(Resident.status)
        .tuples()
    )
    return {status: int(n) for status, n in rows}


# --- what waits -----------------------------------------------------------------------------------------------


def waiting_files(actor: Actor) -> Any:
    """Registrations that wait for this actor's approval, the longest waiting first."""
    return (
        Resident.select(Resident, Household)
        .join(Household, peewee.JOIN.LEFT_OUTER)
        .where(_visible(actor, "resident.approve") & (Resident.status == "pending"))
        .order_by(Resident.created_at, Resident.id)
    )


def waiting_changes(actor: Actor) -> Any:
    """Changes, claims and erasures that wait for this actor, the longest waiting first."""
    return (
        FileChange.select(FileChange, Resident)
        .join(Resident)
        .where(
            (FileChange.status == "pending")
            & (
                (FileChange.kind.in_(("change", "claim")) & _visible(actor, "resident.approve"))
                | ((FileChange.kind == "erase") & _visible(actor, "resident.erase"))
            )
        )
        .order_by(FileChange.at, FileChange.id)
    )


def waiting_count(actor: Actor) -> int:
    return int(waiting_files(actor).count()) + int(waiting_changes(actor).count())


# --- for the resident herself ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class OwnFile:
    """Her file as she may see it on any channel: masked, since others may look over her shoulder."""

    status: Msg
    lines: list[tuple[Text, str]]
    email_unconfirmed: bool


def own_file(resident_id: int, locale: str) -> OwnFile:
    """Raises NotFound."""
    resident = Resident.get_or_none(Resident.id == resident_id)
    if resident is None:
        raise NotFound()
    shown = file.masked(file.answers_of(resident), locale)
    return OwnFile(
        STATUS_WORDS[resident.status],
        [(field.label, shown[name]) for name, field in FILE.items() if name in shown],
        bool(resident.email) and resident.email_confirmed_at is None,
    )


# --- where an actor serves ------------------------------------------------------------------------------------


def orgs_of(actor: Actor, permission: str = "resident.read") -> list[tuple[int, str]]:
    """The communities and grids where the actor holds `permission`, as (id, name), a grid with its community's name."""
    rows = (
        Org.select()
        .where(Org.id.in_(access.org_ids(actor, permission)) & Org.level.in_(("community", "grid")))
        .order_by(Org.path)
    )
    return [(o.id, f"{o.parent.name} {o.name}" if o.level == "grid" else o.name) for o in rows]


def communities_of(actor: Actor) -> list[tuple[int, str]]:
    """Where the actor may register somebody: communities, or the grids of somebody who serves only a grid."""
    rows = list(
        Org.select()
        .where(Org.id.in_(access.org_ids(actor, "resident.create")) & Org.level.in_(("community", "grid")))
        .order_by(Org.path)
    )
    communities = [o for o in rows if o.level == "community"]
    return [(o.id, o.name) for o in communities or rows]

"""The consent register: who agreed to what, in which version, when, on which channel, and who took it back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import peewee

from backend.core import access, audit
from backend.core.access import Actor
from backend.core.i18n import Msg, Text, _, render
from backend.messaging import channels
from backend.residents import consent, file
from backend.residents.models import Consent, Resident
from backend.web.workbook import Cell, Sheet

PURPOSES: dict[str, Msg] = {
    consent.GENERAL: _("Name, birthday and address, to serve her"),
    consent.SENSITIVE: _("ID number, mobile and e-mail, to know and reach her"),
    consent.HEALTH: _("Medicines and measured values, to look after her"),
}
STATES: dict[str, Msg] = {
    "stands": _("Stands"),
    "replaced": _("Replaced by a newer one"),
    "withdrawn": _("Taken back"),
}
AT_ONCE = 500
"""Rows of a file that are in memory."""
CHANNELS: dict[str, Text] = {
    **channels.NAMES,
    "staff": _("The office"),
    "paper": _("signed on paper"),
    "phone": _("said yes on the phone"),
    "visit": _("said yes at a visit"),
}
"""Where it was given, or how, as staff were told."""


@dataclass(frozen=True, slots=True)
class Filters:
    """`text`: part of a name, or a whole ID number or mobile."""

    version: str = ""
    state: str = ""
    channel: str = ""
    purpose: str = ""
    text: str = ""


def listed(actor: Actor, filters: Filters) -> Any:
    """The consents of residents whom the actor may read, the newest first: a peewee query."""
    query = (
        Consent.select(Consent, Resident)
        .join(Resident)
        .where(Resident.org_id.in_(access.org_ids(actor, "resident.read")))
        .order_by(Consent.given_at.desc(), Consent.id.desc())
    )
    if filters.version:
        query = query.where(Consent.version == filters.version)
    if filters.channel:
        query = query.where(Consent.channel == filters.channel)
    if filters.purpose in PURPOSES:
        query = query.where(Consent.kinds.contains(filters.purpose))
    if filters.state:
        query = query.where(_in_state(filters.state))
    if text := filters.text.strip():
        query = query.where(
            Resident.name.contains(text)
            | (Resident.id_index == file.id_index("resident_id", text))
            | (Resident.mobile_index == file.mobile_index(text if text.startswith("+") else f"+86{text}"))
        )
    return query


def _in_state(state: str) -> Any:
    standing = Consent.withdrawn_at.is_null()
    newer = Consent.alias()
    replaced = peewee.fn.EXISTS(
        newer.select(newer.id).where(
            (newer.resident == Consent.resident) & (newer.kinds == Consent.kinds) & (newer.id > Consent.id)
        )
    )
    return {
        "stands": standing & ~replaced,
        "replaced": standing & replaced,
        "withdrawn": Consent.withdrawn_at.is_null(False),
    }.get(state, standing)


def replaced_among(rows: list[Consent]) -> set[int]:
    """Those of these consents after which their person gave another."""
    whose = [row.resident_id for row in rows]  # type: ignore[attr-defined]
    newest: Any = (
        Consent.select(peewee.fn.MAX(Consent.id))
        .where(Consent.resident.in_(whose))
        .group_by(Consent.resident, Consent.kinds)
        .tuples()
    )
    last = {row[0] for row in newest}
    return {row.id for row in rows if row.id not in last}


def state_of(row: Consent, replaced: set[int]) -> str:
    return "withdrawn" if row.withdrawn_at else "replaced" if row.id in replaced else "stands"


def counts(actor: Actor) -> list[tuple[str, int]]:
    """By version of the text, the newest first: how many residents stand by it as their latest; then "" for those who stand by none."""
    seen = Resident.org_id.in_(access.org_ids(actor, "resident.read"))
    there = seen & Resident.status.in_(("pending", "approved"))
    rows: Any = (
        Consent.select(Consent.version, peewee.fn.COUNT(Consent.resident.distinct()))
        .join(Resident)
        .where(there & _in_state("stands") & Consent.kinds.contains(consent.GENERAL))
        .group_by(Consent.version)
        .order_by(Consent.version.desc())
        .tuples()
    )
    by_version = [(str(version), int(n)) for version, n in rows]
    everybody = int(Resident.select().where(there).count())
    return [*by_version, ("", max(0, everybody - sum(n for _v, n in by_version)))]


def versions(actor: Actor) -> list[str]:
    rows: Any = (
        Consent.select(Consent.version)
        .join(Resident)
        .where(Resident.org_id.in_(access.org_ids(actor, "resident.read")))
        .distinct()
        .order_by(Consent.version.desc())
        .tuples()
    )
    return [row[0] for row in rows]


def sheet(actor: Actor, filters: Filters, locale: str) -> Sheet:
    """The register as a file; that it was taken along is on record. Raises Forbidden."""
    access.check(actor, "resident.export")
    audit.record(
        actor,
        "consent.export",
        "consent:register",
        after={n: getattr(filters, n) for n in Filters.__slots__ if n != "text"},
    )
    labels: tuple[Msg, ...] = (
        *(_("Name"), _("File"), _("Version"), _("Purpose"), _("Given"), _("Channel"), _("State")),
        *(_("Taken back"), _("Taken back on")),
    )
    headers = [render(label, locale) for label in labels]
    return Sheet(render(_("Consents"), locale), headers, _rows(actor, filters, locale))


def _rows(actor: Actor, filters: Filters, locale: str) -> Iterator[list[Cell]]:
    query = listed(actor, filters).where(Resident.org_id.in_(access.org_ids(actor, "resident.export")))
    query, last = query.order_by(Consent.id.desc()), None
    while rows := list((query if last is None else query.where(Consent.id < last)).limit(AT_ONCE)):
        last = rows[-1].id
        yield from _lines(rows, locale)


def _lines(rows: list[Consent], locale: str) -> Iterator[list[Cell]]:
    replaced = replaced_among(rows)
    for row in rows:
        withdrawn: datetime | None = row.withdrawn_at
        yield [
            row.resident.name,
            row.resident.id,
            row.version,
            "; ".join(render(PURPOSES[k], locale) for k in row.kinds.split() if k in PURPOSES),
            row.given_at,
            render(CHANNELS.get(row.channel, row.channel), locale),
            render(STATES[state_of(row, replaced)], locale),
            withdrawn,
            render(CHANNELS.get(row.withdrawn_channel, row.withdrawn_channel), locale),
        ]

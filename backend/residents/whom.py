"""Whom a line of somebody's list, or a colleague's few words, mean: by number, by name, by home."""

from __future__ import annotations

from backend.core import access
from backend.core.access import Actor
from backend.fields.address import Home
from backend.residents import file, households, queries
from backend.residents.models import Household, Resident
from backend.residents.queries import Summary

MOST = 10


def meant(actor: Actor, name: str, mobile: str | None) -> list[Summary]:
    """The residents that the actor may read with this number (E.164), or without one those of exactly this name, MOST of them."""
    said = Resident.name == name if mobile is None else Resident.mobile_index == file.mobile_index(mobile)
    here = Resident.org_id.in_(access.org_ids(actor, "resident.read")) & (Resident.status != "erased")
    ids = [r.id for r in Resident.select(Resident.id).where(here & said).order_by(Resident.id).limit(MOST)]
    found = queries.by_ids(ids)
    return [found[i] for i in ids]


def at_home(actor: Actor, home: Home) -> list[int]:
    """The households at this address that the actor may read, by id."""
    here = Household.org_id.in_(access.org_ids(actor, "resident.read"))
    rows = Household.select(Household.id).where(here & (Household.key == households.key_of(home)))
    return [row.id for row in rows.order_by(Household.id).limit(MOST)]

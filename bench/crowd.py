"""Residents of a street with proven phones, and who writes to them: whom a campaign goes to."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from backend import domains
from backend.core import clock, orgs
from backend.core.access import Actor
from backend.core.db import transaction
from backend.messaging import people
from backend.messaging.models import Identity
from backend.records import tables
from backend.residents.models import Resident
from backend.staff import queries as staff
from backend.staff.models import Staff, StaffPost
from bench import residents


def zone_of_noon() -> str:
    """A time zone where it is about noon: at night no campaign leaves."""
    ahead = 12 - datetime.now(UTC).hour
    return f"Etc/GMT{-ahead:+d}" if ahead else "Etc/GMT"


def settle(count: int) -> tuple[Actor, int]:
    """So many residents, each with an SMS number; the admin of their street, and its number."""
    domains.load()
    tables.ensure_built_in()
    places = residents.found_district()
    _files(count, places)
    residents.bring_in(count, places)
    street = int(places[0].path.split("/")[1])
    now = clock.now()
    admin = Staff.create(username="li", name="李主任", password_hash="none", created_at=now)
    StaffPost.create(staff=admin, role="street_admin", org=street)
    return staff.actor_by_id(int(admin.id)), street


def _files(count: int, places: list[orgs.Org]) -> None:
    rows = residents.people(count, places)
    while part := list(islice(rows, 2_000)):
        with transaction():
            Resident.insert_many([_file(number, org, values) for number, org, values in part]).execute()
            Identity.insert_many(_phones(part)).execute()


def _file(number: int, org_id: int, values: dict[str, Any]) -> dict[str, Any]:
    given = {"org_id": org_id, "status": "approved", "name": values["name"], "mobile": values["mobile"]}
    return {"id": number, **given, "locale": "zh_CN", "channel": "desk", "created_at": clock.now()}


def _phones(part: list[tuple[int, int, dict[str, Any]]]) -> Iterator[dict[str, Any]]:
    now = clock.now()
    for number, org_id, values in part:
        phone = values["mobile"]
        yield {
            "channel": "sms",
            "address": phone,
            "address_index": people.address_index(phone),
            "org_id": org_id,
            "resident_id": number,
            "locale": "zh_CN",
            "state": "active",
            "preference": 20,
            "verified_at": now,
            "created_at": now,
        }

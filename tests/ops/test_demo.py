"""The demo community is believable, whole, and made by the same rules as a real one."""

from __future__ import annotations

from datetime import timedelta

from backend import demo
from backend.core import audit, clock
from backend.core.access import ROLES
from backend.demo.people import HOUSEHOLDS, STAFF, WAITING
from backend.fields.id_number import birthday_of, check_character, gender_of
from backend.fields.phone import read_phone
from backend.messaging.models import Delivery
from backend.requests.models import Request
from backend.residents.models import Resident
from iot.models import Device
from tests.databases import TestDatabase


def test_an_empty_database_is_seeded_once(database: TestDatabase, valkey: object) -> None:
    assert demo.wanted()
    passwords = demo.seed()
    assert set(passwords) == {colleague.username for colleague in STAFF}
    assert not demo.wanted()
    residents = list(Resident.select())
    assert len(residents) == sum(len(people) for _home, people in HOUSEHOLDS) + len(WAITING)
    assert sum(r.status == "pending" for r in residents) == len(WAITING)
    assert {r.status for r in Request.select()} >= {
        "new",
        "assigned",
        "in_progress",
        "done",
        "closed",
        "cancelled",
    }
    assert audit.verify().broken_at is None
    # Nobody gets an SMS because somebody looked at a demo.
    assert not Delivery.select().where(Delivery.status.in_(("pending", "sending", "failed"))).exists()
    # Nor is the first alarm that a newcomer sees one of devices that were silent since before there was a demo.
    recently = clock.now() - timedelta(minutes=10)
    assert [d.name for d in Device.select() if (d.seen_at or d.changed_at) < recently] == []


def test_every_role_has_somebody() -> None:
    assert {colleague.role for colleague in STAFF} == set(ROLES)


def test_their_documents_and_phones_are_in_order() -> None:
    people = [p for _home, them in HOUSEHOLDS for p in them] + [p for _home, p in WAITING]
    assert len({p.id_number for p in people}) == len(people)
    for person in people:
        assert person.id_number[17] == check_character(person.id_number[:17])
        assert birthday_of(person.id_number) == person.born
        assert gender_of(person.id_number) == ("female" if person.female else "male")
        assert read_phone(person.mobile) == person.mobile

"""The demo community, made by the same actions that people use, with the clock turned back to when it happened."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from backend.core import clock, orgs
from backend.core.access import SYSTEM, Actor
from backend.core.clock import Hands
from backend.core.db import transaction
from backend.core.orgs import Org
from backend.demo import business, devices, history, life, repairs
from backend.demo.people import HOUSEHOLDS, STAFF, WAITING, Person
from backend.demo.repairs import Neighbour
from backend.fields.address import Home
from backend.residents import approval, consent, registering
from backend.residents.registering import Applicant
from backend.settings import settings
from backend.staff import actions as staff_actions
from backend.staff import queries as staff_queries
from backend.staff.actions import Employed


@dataclass(frozen=True, slots=True)
class Places:
    street: Org
    community: Org
    grids: tuple[Org, Org]
    enterprise: Org
    merchant: Org

    def grid_of(self, home: Home) -> Org:
        """Buildings 1 and 2 are the first grid, building 3 is the second."""
        return self.grids[1 if home.building == "3" else 0]

    def named(self, level: str, grid: int) -> Org:
        one: Org | None = getattr(self, level, None)
        return one or self.grids[grid - 1]


def build() -> dict[str, str]:
    """Fill the empty database; returns the one-time passwords by username."""
    today = clock.now()
    with transaction(), clock.stopped(today - timedelta(days=45)) as hands:
        places = _places()
        staff = _staff(places)
        actors = {username: staff_queries.actor_of(employed.staff) for username, employed in staff.items()}
        neighbours = _residents(places, actors["admin"], hands)
        _newcomers(places, hands, today)
        repairs.make(today, hands, neighbours, actors)
        hands.at = datetime.combine(
            clock.local(today).date() - timedelta(days=1), time(10), clock.zone()
        ).astimezone(UTC)
        life.make(places.community.id, neighbours, actors)
        hands.at = today
        # Not yesterday: a newcomer's first alarm is not to be that they were silent since.
        devices.make(actors["admin"], places.community.id, neighbours)
        history.settle()
    return {username: employed.password for username, employed in staff.items()}


def _places() -> Places:
    district = orgs.add("示范区", "district")
    street = orgs.add("幸福街道", "street", district)
    community = orgs.add(settings().community_name, "community", street)
    return Places(
        street,
        community,
        (orgs.add("第一网格", "grid", community), orgs.add("第二网格", "grid", community)),
        orgs.add(business.ENTERPRISE, "enterprise", community),
        orgs.add(business.MERCHANT, "merchant", community),
    )


def _staff(places: Places) -> dict[str, Employed]:
    return {
        colleague.username: staff_actions.create(
            SYSTEM,
            username=colleague.username,
            name=colleague.name,
            phone=colleague.mobile,
            posts=[(colleague.role, places.named(colleague.at, colleague.grid).id)],
        )
        for colleague in STAFF
    }


def _residents(places: Places, admin: Actor, hands: Hands) -> dict[str, Neighbour]:
    """One household after the other over five weeks, each approved a few hours later; by name."""
    neighbours = {}
    for home, people in HOUSEHOLDS:
        for person in people:
            resident_id = _register(places, home, person)
            hands.forward(hours=5)
            approval.approve(admin, resident_id)
            neighbours[person.name] = Neighbour(resident_id, home, places.grid_of(home).id)
        hands.forward(days=2)
    return neighbours


def _newcomers(places: Places, hands: Hands, today: datetime) -> None:
    """They registered in the last days; staff have not looked yet."""
    for hours, (home, person) in zip((50, 20, 3), WAITING, strict=True):
        hands.at = today - timedelta(hours=hours)
        _register(places, home, person)


def _register(places: Places, home: Home, person: Person) -> int:
    answers = {
        "name": person.name,
        "id_type": "passport" if person.passport else "resident_id",
        "id_number": person.passport or person.id_number,
        "birthday": person.born,
        "gender": "female" if person.female else "male",
        "mobile": person.mobile,
        "email": person.email,
        "home": home,
    }
    applicant = Applicant(None, "sms", person.locale, places.grid_of(home).id)
    done = registering.register(applicant, answers, proven=[person.mobile], consent_version=consent.VERSION)
    if done.resident_id is None:
        raise ValueError(f"two people of the demo have the ID number of {person.name}")
    return done.resident_id

"""The people of the event tests: a committee that holds activities, and five neighbours with phones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from backend.core import clock, orgs
from backend.core.access import Actor
from backend.events import actions
from backend.events.models import Event, EventSignup
from backend.fields.address import Home
from backend.messaging import people
from backend.messaging.content import Content
from backend.messaging.models import Message
from backend.residents import consent
from backend.residents.actions import Applicant, register
from backend.staff import queries as staff
from backend.staff.models import Staff, StaffPost

NAMES = ("陈秀英", "周敏", "李建国", "王芳", "Anna Smith")


@dataclass(frozen=True)
class Village:
    """`neighbours` in the order of NAMES; `admin` publishes and approves, `desk` only reads."""

    street: orgs.Org
    happy: orgs.Org
    other: orgs.Org
    admin: int
    desk: int
    neighbours: tuple[int, ...]

    def actor(self, staff_id: int | None = None) -> Actor:
        return staff.actor_by_id(staff_id or self.admin)

    def person(self, number: int) -> Actor:
        return Actor("resident", self.neighbours[number], NAMES[number % len(NAMES)])

    def event(self, *, publish: bool = True, days: float = 5, **given: Any) -> Event:
        """Wrapping dumplings, Saturday 2026-11-07 at 14:00 for two hours, ten places; published unless said otherwise."""
        begins = clock.local(clock.now()).replace(hour=14, minute=0) + timedelta(days=days)
        draft = actions.Draft(
            **{
                "org_id": self.happy.id,
                "title": {"zh_CN": "包粽子", "en": "Dumpling party"},
                "place": {"zh_CN": "社区活动室", "en": "Community room"},
                "body": {"zh_CN": "材料我们准备，人来就行。"},
                "starts_at": begins,
                "ends_at": begins + timedelta(hours=2),
                "capacity": 10,
                **given,
            }
        )
        made = actions.create(self.actor(), draft)
        return actions.publish(self.actor(), made.id) if publish else made

    def join(self, event: Event, number: int, companions: int = 0) -> str:
        """Neighbour `number` signs up; how she stands then."""
        done = actions.sign_up(
            self.person(number), event.id, self.neighbours[number], actions.Wish(companions)
        )
        return str(done.signup.status)

    def status(self, event: Event, number: int) -> str:
        return str(
            EventSignup.get(
                (EventSignup.event == event.id) & (EventSignup.resident_id == self.neighbours[number])
            ).status
        )

    def heard(self, number: int) -> list[str]:
        """What neighbour `number` was told outside a turn of hers."""
        return told(resident_id=self.neighbours[number])


def told(*, resident_id: int | None = None, staff_id: int | None = None) -> list[str]:
    query = Message.select().where(Message.purpose != "reply").order_by(Message.id)
    if resident_id is not None:
        query = query.where(Message.resident_id == resident_id)
    if staff_id is not None:
        query = query.where(Message.staff_id == staff_id)
    return [Content.unseal(m.content).text for m in query]


def hire(username: str, name: str, role: str, org: orgs.Org) -> int:
    # Not through the action: its password hash costs more than the rest of the test, and nobody signs in here.
    hired = Staff.create(username=username, name=name, password_hash="none", created_at=clock.now())
    StaffPost.create(staff=hired, role=role, org=org)
    staff_id = int(hired.id)
    people.join_staff(people.ensure("telegram", f"tg-{username}").id, staff_id)
    return staff_id


def neighbour(org: orgs.Org, name: str, number: int) -> int:
    """Registered, with a phone in Telegram at `tg-<number>`."""
    locale = "en" if name.isascii() else "zh_CN"
    identity = people.ensure("telegram", f"tg-{number}", locale)
    mobile = f"+861380013{number:04d}"
    done = register(
        Applicant(identity.id, "telegram", locale, org.id),
        {
            "name": name,
            "gender": "female",
            "birthday": date(1960, 3, 7),
            "id_type": "passport",
            "id_number": f"E{number:08d}",
            "mobile": mobile,
            "email": None,
            "home": Home("3", "2", f"{number % 100}01"),
        },
        proven=(mobile,),
        consent_version=consent.VERSION,
    )
    assert done.resident_id is not None
    people.join_resident(identity.id, done.resident_id, org.id)
    return done.resident_id


def found_village(names: Sequence[str] = NAMES) -> Village:
    street = orgs.add("幸福街道", "street", orgs.add("朝阳区", "district"))
    happy = orgs.add("幸福里社区", "community", street)
    other = orgs.add("和平里社区", "community", street)
    found = Village(
        street,
        happy,
        other,
        hire("admin", "社区管理员", "community_admin", happy),
        hire("desk", "值班台小刘", "duty_desk", happy),
        tuple(neighbour(happy, name, 2210 + n) for n, name in enumerate(names)),
    )
    Message.delete().execute()
    return found


def local(text: str) -> datetime:
    """2026-11-07 14:00 on the community's clocks."""
    return datetime.fromisoformat(text).replace(tzinfo=clock.zone())

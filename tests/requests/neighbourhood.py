"""The people of the repair tests: grandmother Chen and her neighbour, two workers, the desk and the admins."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from backend.core import clock, orgs
from backend.core.access import Actor
from backend.fields.address import Home
from backend.fields.words import Said
from backend.messaging import people
from backend.messaging.content import Content
from backend.messaging.models import Message
from backend.requests.actions import Asker, Booked, Contact, Report, book
from backend.residents import consent
from backend.residents.actions import Applicant, register
from backend.staff import queries as staff
from backend.staff.models import Staff, StaffPost
from conversations import flows
from conversations.engine import Engine
from conversations.inbound import Inbound, Turn

HOME = Home("3", "2", "501")


@dataclass(frozen=True)
class Neighbourhood:
    happy: orgs.Org
    grid: orgs.Org
    other: orgs.Org
    wang: int
    """A repair worker, phone 138 0001 2210; 李 is the second."""
    li: int
    desk: int
    admin: int
    street_admin: int
    stranger: int
    """A repair worker of the other community."""
    chen: int
    zhou: int

    def actor(self, staff_id: int) -> Actor:
        return staff.actor_by_id(staff_id)


def _hire(username: str, name: str, role: str, org: orgs.Org, phone: str) -> int:
    # Not through the action: its password hash costs more than the rest of the test, and nobody signs in here.
    hired = Staff.create(
        username=username,
        name=name,
        phone=f"+86{phone}",
        password_hash="none",
        created_at=clock.now(),
    )
    StaffPost.create(staff=hired, role=role, org=org)
    staff_id = int(hired.id)
    people.join_staff(people.ensure("telegram", f"tg-{username}").id, staff_id)
    return staff_id


def _resident(name: str, serial: str, mobile: str, home: Home, org: orgs.Org, locale: str) -> int:
    identity = people.ensure("telegram", f"tg-{mobile}", locale)
    done = register(
        Applicant(identity.id, "telegram", locale, org.id),
        {
            "name": name,
            "gender": "female",
            "birthday": date(1949, 12, 31),
            "id_type": "resident_id",
            "id_number": serial,
            "mobile": mobile,
            "email": None,
            "home": home,
        },
        proven=(mobile,),
        consent_version=consent.VERSION,
    )
    assert done.resident_id is not None
    people.join_resident(identity.id, done.resident_id, org.id)
    return done.resident_id


def settle() -> Neighbourhood:
    """Build it in the connected database."""
    district = orgs.add("朝阳区", "district")
    street = orgs.add("幸福街道", "street", district)
    happy = orgs.add("幸福里社区", "community", street)
    grid = orgs.add("第一网格", "grid", happy)
    other = orgs.add("和平里社区", "community", street)
    found = Neighbourhood(
        happy,
        grid,
        other,
        wang=_hire("wang", "王强", "repairer", happy, "13800012210"),
        li=_hire("li", "李刚", "repairer", happy, "13800012211"),
        desk=_hire("desk", "值班台小刘", "duty_desk", happy, "13800012212"),
        admin=_hire("admin", "社区管理员", "community_admin", happy, "13800012213"),
        street_admin=_hire("street", "街道管理员", "street_admin", street, "13800012214"),
        stranger=_hire("stranger", "赵远", "repairer", other, "13800012215"),
        chen=_resident("陈秀英", "11010519491231002X", "+8613800132210", HOME, happy, "zh_CN"),
        zhou=_resident("周敏", "110105196003070110", "+8613900139000", Home("3", "2", "502"), happy, "en"),
    )
    Message.delete().execute()
    return found


def chens(hood: Neighbourhood) -> tuple[Actor, Asker]:
    return Actor("resident", hood.chen, "陈秀英"), Asker(hood.chen)


def report(**given: Any) -> Report:
    """A dripping tap in her kitchen, unless said otherwise."""
    return Report(
        **{
            "category": "water",
            "degree": "dripping",
            "description": "厨房水龙头滴水",
            "place": HOME,
            "source": "telegram",
            **given,
        }
    )


def booked(hood: Neighbourhood, **given: Any) -> Booked:
    """Chen's report, taken on."""
    return book(chens(hood)[0], report(**given), Contact(hood.chen, org_id=hood.happy.id))


def heard(*, staff_id: int | None = None, resident_id: int | None = None) -> list[Content]:
    """What was said to somebody outside a turn of theirs, oldest first."""
    query = Message.select().where(Message.purpose != "reply").order_by(Message.id)
    if staff_id is not None:
        query = query.where(Message.staff_id == staff_id)
    if resident_id is not None:
        query = query.where(Message.resident_id == resident_id)
    return [Content.unseal(m.content) for m in query]


@dataclass
class Talker:
    """Somebody's phone or browser."""

    engine: Engine
    channel: str
    address: str
    locale: str = "zh_CN"
    counter: Any = field(default_factory=lambda: itertools.count(1))
    last: Turn | None = None
    ours: bool = False
    """A call that we made."""

    def say(self, text: str = "", **given: Any) -> str:
        """Say something; what came back, as this channel shows it (SMS the short form)."""
        said = given.pop("said", None) or Said(text=text)
        event = f"{self.channel}-{self.address}-{next(self.counter)}"
        self.last = self.engine.handle(
            Inbound(self.channel, self.address, event, said, locale=self.locale, ours=self.ours, **given)
        )
        return "\n".join(self.shown(r.content) for r in self.last.replies)

    def shown(self, content: Content) -> str:
        return content.short if self.channel == "sms" else content.text

    @property
    def options(self) -> dict[str, str]:
        """What can be tapped now: label to value."""
        assert self.last is not None
        return {o.label: o.value for r in self.last.replies for o in r.content.options}

    def tap(self, label: str) -> str:
        """Press the newest button with this label among the last replies."""
        assert self.last is not None
        for reply in reversed(self.last.replies):
            for index, option in enumerate(reply.content.options):
                if option.label == label:
                    return self.say(message_id=reply.message_id, option=index, said=Said())
        raise AssertionError(f"no button {label!r} among {list(self.options)}")

    def press(self, value: str) -> str:
        """Press a button of any message that was sent here, by its value."""
        here = people.find(self.channel, self.address)
        assert here is not None
        for message in Message.select().where(Message.identity_id == here.id).order_by(Message.id.desc()):
            content = Content.unseal(message.content)
            for index, option in enumerate(content.options):
                if option.value == value:
                    return self.say(message_id=message.id, option=index, said=Said())
        raise AssertionError(f"nobody was offered {value!r}")


def talker(channel: str, address: str, locale: str = "zh_CN") -> Talker:
    return Talker(Engine(flows.registry()), channel, address, locale)

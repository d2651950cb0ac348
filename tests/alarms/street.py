"""Those who are told when grandmother Chen needs somebody: her daughter abroad, a neighbour, and the staff."""

from __future__ import annotations

from dataclasses import dataclass

from backend.alarms.models import Alarm, AlarmNote
from backend.core import clock, orgs
from backend.core.access import Actor
from backend.core.i18n import _
from backend.family.models import Relation
from backend.fields.words import Words
from backend.messaging import people
from backend.messaging.content import Content
from backend.messaging.models import Message
from backend.staff import queries as staff
from backend.staff.models import Staff, StaffPost
from tests.requests.neighbourhood import HOME, _resident

DAUGHTER = "+14155550123"


@dataclass(frozen=True)
class Street:
    grid: orgs.Org
    other: orgs.Org
    chen: int
    zhou: int
    """The neighbour, a resident herself."""
    daughter: int
    """Her Identity: text messages, in English."""
    grid_worker: int
    desk: int
    admin: int
    stranger: int

    def actor(self, staff_id: int) -> Actor:
        return staff.actor_by_id(staff_id)


def hire(username: str, name: str, role: str, org: orgs.Org, *, channel: str = "telegram") -> int:
    hired = Staff.create(
        username=username, name=name, phone="+8613800012210", password_hash="none", created_at=clock.now()
    )
    StaffPost.create(staff=hired, role=role, org=org)
    people.join_staff(people.ensure(channel, f"tg-{username}").id, hired.id)
    return int(hired.id)


def relate(resident_id: int, kind: str, name: str, called: str, **who: int | str) -> int:
    """An active relation, told about everything."""
    made = Relation.create(
        resident_id=resident_id,
        kind=kind,
        name=name,
        called=called,
        topics="checkin,alarm,visit,request,summary",
        status="active",
        created_at=clock.now(),
        **who,
    )
    return int(made.id)


def settle() -> Street:
    """Build it in the connected database."""
    district = orgs.add("朝阳区", "district")
    town = orgs.add("幸福街道", "street", district)
    happy = orgs.add("幸福里社区", "community", town)
    grid = orgs.add("第一网格", "grid", happy)
    other = orgs.add("和平里社区", "community", town)
    chen = _resident("陈秀英", "11010519491231002X", "+8613800132210", HOME, grid, "zh_CN")
    zhou = _resident("周敏", "110105196003070110", "+8613900139000", HOME, grid, "zh_CN")
    daughter = people.ensure("sms", DAUGHTER, "en").id
    relate(chen, "family", "陈小红", "女儿", identity_id=daughter, zone="America/Los_Angeles")
    people.settle(daughter, grid.id)
    relate(chen, "neighbour", "周敏", "周敏", relative_id=zhou)
    found = Street(
        grid,
        other,
        chen,
        zhou,
        daughter,
        grid_worker=hire("li", "网格员小李", "grid_worker", grid),
        desk=hire("desk", "值班台小刘", "duty_desk", happy),
        admin=hire("admin", "社区管理员", "community_admin", happy),
        stranger=hire("stranger", "赵远", "duty_desk", other),
    )
    Message.delete().execute()
    return found


def help_needed(street: Street, **given: object) -> int:
    """She cried for help."""
    from backend.alarms.actions import raise_alarm

    return raise_alarm(
        "sos",
        **{
            "org_id": street.grid.id,
            "severity": "critical",
            "words": Words(_("“{said}”", said="救命")),
            "resident_id": street.chen,
            "source": "words:1",
            **given,
        },  # type: ignore[arg-type]
    )


def heard(**who: int) -> list[Content]:
    """What was said to somebody (identity_id, resident_id or staff_id), oldest first."""
    query = Message.select().where(Message.purpose == "alarm").order_by(Message.id)
    for column, value in who.items():
        query = query.where(getattr(Message, column) == value)
    return [Content.unseal(m.content) for m in query]


def acts(alarm_id: int) -> list[str]:
    return [n.act for n in AlarmNote.select().where(AlarmNote.alarm == alarm_id).order_by(AlarmNote.id)]


def alarm(alarm_id: int) -> Alarm:
    return Alarm.get_by_id(alarm_id)  # type: ignore[no-any-return]

"""A town of elders, their families and a few staff, made quickly: what the tests of care talk about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from backend.care import record
from backend.care.models import CarePlan
from backend.core import clock, orgs
from backend.family.models import Relation
from backend.messaging import people
from backend.messaging.content import Content
from backend.messaging.models import Identity, Message
from backend.residents.models import Household, Resident
from backend.staff import queries as staff
from backend.staff.models import Staff, StaffPost


@dataclass(frozen=True)
class Town:
    happy: orgs.Org
    grid: orgs.Org
    grid_worker: int
    desk: int
    admin: int

    def actor(self, staff_id: int) -> Any:
        return staff.actor_by_id(staff_id)


def found() -> Town:
    """A community with a grid, a grid worker, a duty desk and an admin, each on Telegram."""
    district = orgs.add("朝阳区", "district")
    happy = orgs.add("幸福里社区", "community", orgs.add("幸福街道", "street", district))
    grid = orgs.add("第一网格", "grid", happy)
    return Town(
        happy,
        grid,
        hire("sun", "孙网格员", "grid_worker", grid),
        hire("desk", "值班台小刘", "duty_desk", happy),
        hire("admin", "社区管理员", "community_admin", happy),
    )


def hire(username: str, name: str, role: str, org: orgs.Org) -> int:
    # Not through the action: its password hash costs more than the rest of the test, and nobody signs in here.
    hired = Staff.create(username=username, name=name, password_hash="none", created_at=clock.now())
    StaffPost.create(staff=hired, role=role, org=org)
    people.join_staff(people.ensure("telegram", f"tg-{username}").id, int(hired.id))
    return int(hired.id)


def elder(town: Town, name: str, room: int, *channels: str, locale: str = "zh_CN") -> int:
    """A resident who lives in 3-2-<room> and can be reached there."""
    home = Household.create(
        community_id=town.happy.id, org_id=town.grid.id, building="3", unit="2", room=str(room), key=f"3-2-{room}"
    )  # fmt: skip
    resident = Resident.create(
        org_id=town.grid.id,
        household=home,
        status="approved",
        name=name,
        mobile=f"+86138{room:08d}",
        locale=locale,
        channel="desk",
        created_at=clock.now(),
    )
    for channel in channels:
        address = f"+86138{room:08d}" if channel in ("sms", "voice") else f"{channel}-{room}"
        Identity.create(
            channel=channel,
            address=address,
            address_index=people.address_index(address),
            org_id=town.grid.id,
            resident_id=resident.id,
            locale=locale,
            preference=people.DEFAULT_PREFERENCE[channel],
            verified_at=clock.now(),
            created_at=clock.now(),
        )
    return int(resident.id)


def daughter(resident_id: int, locale: str = "zh_CN") -> int:
    """Her daughter on Telegram, who is told about everything; returns her Identity's id."""
    address = f"daughter-{resident_id}"
    identity = Identity.create(
        channel="telegram",
        address=address,
        address_index=people.address_index(address),
        locale=locale,
        preference=10,
        verified_at=clock.now(),
        created_at=clock.now(),
    )
    Relation.create(
        resident_id=resident_id,
        kind="family",
        called="女儿",
        identity_id=identity.id,
        topics="checkin,alarm,visit,request,summary",
        status="active",
        created_at=clock.now(),
    )
    return int(identity.id)


def plan(
    town: Town,
    resident_id: int,
    *,
    at: str = "08:00",
    days: str = "1234567",
    channels: str = "sms,voice",
    **other: Any,
) -> CarePlan:
    """Her plan, active, first due after now."""
    care = CarePlan(
        resident_id=resident_id,
        org_id=town.grid.id,
        days=days,
        times=at,
        channels=channels,
        created_at=clock.now(),
        created_by="staff:1",
        **{"zone": "Asia/Shanghai", "status": "active", **other},
    )
    record.schedule_next(care, clock.now())
    care.save(force_insert=True)
    return care


def said_to(identity_id: int) -> list[Content]:
    """What was said to this address, oldest first."""
    found_ = Message.select().where(Message.identity_id == identity_id).order_by(Message.id)
    return [Content.unseal(m.content) for m in found_]


def address(resident_id: int, channel: str) -> Identity:
    return Identity.get((Identity.resident_id == resident_id) & (Identity.channel == channel))  # type: ignore[no-any-return]


def staff_address(staff_id: int) -> Identity:
    return Identity.get(Identity.staff_id == staff_id)  # type: ignore[no-any-return]


def local(day: int, at: time, month: int = 11) -> datetime:
    """An instant of 2026 on the community's clocks."""
    return datetime.combine(datetime(2026, month, day, tzinfo=clock.zone()).date(), at, clock.zone())

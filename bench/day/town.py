"""The town of the tests of care as Telegram and Twilio know it: who is reached how, and who sits at the desk."""

from __future__ import annotations

from dataclasses import dataclass

from backend.messaging import people
from backend.messaging.models import Identity
from backend.staff import actions as staffing
from tests.care.town import Town

TEXTED = 2
"""Every second family is reached by text message, and rung up; the others by Telegram."""
GRID_WORKERS = "+8613910000000"


@dataclass(frozen=True)
class Reached:
    """`chats`: the addresses at Telegram; of them `desk` is the duty desk's, who answers on the pages, where `one_time` signs her in at first."""

    chats: list[str]
    desk: str
    one_time: str


def reached(town: Town) -> Reached:
    """The tests call people by name; Telegram knows them by numbers. The grid worker can be rung up as well."""
    families = 0
    for identity in Identity.select().where(Identity.channel == "telegram").order_by(Identity.id):
        families += identity.staff_id is None
        if identity.staff_id is None and families % TEXTED == 0:
            identity.channel, identity.address = "sms", f"+86139{identity.id:08d}"
        else:
            identity.address = str(700_000_000 + identity.id)
        identity.address_index = people.address_index(identity.address)
        identity.save()
    number = people.ensure("sms", GRID_WORKERS)
    people.join_staff(number.id, town.grid_worker)
    chats = Identity.select().where(Identity.channel == "telegram")
    desk = chats.where(Identity.staff_id == town.desk).get()
    one_time = staffing.reset_password(town.actor(town.admin), town.desk).password
    return Reached([identity.address for identity in chats], desk.address, one_time)

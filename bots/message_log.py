"""The log of everything that was said to people: who may see which row, and what the filters mean."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import peewee

from backend.alarms import queries as alarms
from backend.core import access, clock
from backend.core.access import Actor
from backend.core.errors import Forbidden
from backend.fields.base import Misunderstood
from backend.fields.phone import read_phone
from backend.messaging import people, secrets
from backend.messaging.content import Content
from backend.messaging.models import Delivery, Identity, Message
from backend.residents import queries as residents
from backend.staff import queries as staff

ARRIVED = ("sent", "delivered", "read")
UNDERWAY = ("pending", "sending")
FAILED_DAYS = 7
MOST_PEOPLE = 200
_NUMBER = re.compile(r"(?:[Rr]-?)?(\d{1,9})")


@dataclass(frozen=True, slots=True)
class Filters:
    """`text`: a resident's name, mobile or home, an address, or a request's number; `about`: exactly, `request:1047`."""

    channel: str = ""
    status: str = ""
    purpose: str = ""
    queue: str = ""
    about: str = ""
    text: str = ""


def listed(actor: Actor, filters: Filters) -> Any:
    """Deliveries that `actor` may read and the filters fit, with Message and Identity, newest first: a peewee query."""
    query = _visible(actor).order_by(Delivery.id.desc())
    for column, wanted in (
        (Delivery.channel, filters.channel),
        (Delivery.status, filters.status),
        (Message.purpose, filters.purpose),
        (Delivery.queue, filters.queue),
        (Message.about, filters.about),
    ):
        if wanted:
            query = query.where(column == wanted)
    text = filters.text.strip()
    return query.where(_text(actor, text)) if text else query


def check(actor: Actor, permission: str, message_id: int) -> None:
    """Raises Forbidden where what was said to this person is none of the actor's business."""
    if not _visible(actor, permission).where(Message.id == message_id).exists():
        raise Forbidden()


def _visible(actor: Actor, permission: str = "message.read") -> Any:
    """By who is meant: where the resident lives, where the colleague works, and only of others where their address belongs. Who is
    both is read of only by who may read both. Strangers are everybody's: better seen twice than by nobody. But what a relative is told of an
    alarm is of where that is: his address may belong to another community."""
    orgs = access.org_ids(actor, permission)
    resident_id = peewee.fn.COALESCE(Message.resident_id, Identity.resident_id)
    staff_id = peewee.fn.COALESCE(Message.staff_id, Identity.staff_id)
    known = resident_id.is_null(False) | staff_id.is_null(False)
    alarm = Message.about.startswith("alarm:")
    where = Identity.org_id.is_null() | Identity.org_id.in_(orgs)
    where = (alarm & Message.about.in_(alarms.subjects_at(orgs))) | (
        (Message.about.is_null() | ~alarm) & where
    )
    here = (
        (resident_id.is_null() | residents.living_at(resident_id, orgs))
        & (staff_id.is_null() | staff_id.in_(staff.working_at(orgs)))
        & (known | where)
    )
    return (
        Delivery.select(Delivery, Message, Identity)
        .join(Message, on=(Delivery.message_id == Message.id), attr="message")
        .join_from(
            Delivery,
            Identity,
            peewee.JOIN.LEFT_OUTER,
            on=(Delivery.identity_id == Identity.id),
            attr="identity",
        )
        .where(here)
    )


def _text(actor: Actor, text: str) -> Any:
    found = [r.id for r in residents.listed(actor, residents.Filters(text=text)).limit(MOST_PEOPLE)]
    condition = Message.resident_id.in_(found) | Identity.resident_id.in_(found)
    if match := _NUMBER.fullmatch(text):
        condition |= Message.about == f"request:{match[1]}"
    indexes = {people.address_index(text)}
    with suppress(Misunderstood):
        indexes.add(people.address_index(read_phone(text)))
    return condition | Identity.address_index.in_(sorted(indexes))


def counts(actor: Actor) -> dict[str, int]:
    """How many Deliveries want attention, by status. These few are indexed; the rest is not counted."""
    wanted = ("failed", "unknown", *UNDERWAY)
    rows = (
        _visible(actor)
        .select(Delivery.status, peewee.fn.COUNT(Delivery.id))
        .where(Delivery.status.in_(wanted))
        .group_by(Delivery.status)
        .tuples()
    )
    return {status: int(n) for status, n in rows}


def undelivered(actor: Actor) -> Any:
    """Messages of the last days that reached nobody in any way, newest first: the last failed Delivery of each."""
    other = Delivery.alias()
    arrived = other.select(peewee.SQL("1")).where(
        (other.message_id == Delivery.message_id)
        & (other.status.in_((*ARRIVED, *UNDERWAY)) | (other.id > Delivery.id))
    )
    since = clock.now() - timedelta(days=FAILED_DAYS)
    return (
        _visible(actor)
        .where((Delivery.status == "failed") & (Delivery.created_at > since) & ~peewee.fn.EXISTS(arrived))
        .order_by(Delivery.id.desc())
    )


def shown_text(message: Message) -> str:
    """What was said, without marks; what opens something is dots."""
    return secrets.shown(Content.unseal(message.content), message.purpose)


def shown_address(identity: Identity | None) -> str:
    """Enough to recognise the address by, not enough to use it."""
    if identity is None:
        return ""
    address = str(identity.address)
    if identity.channel in ("sms", "voice"):
        return f"{address[:-8]}****{address[-4:]}" if len(address) > 8 else "****"
    if identity.channel == "email":
        name, _at, domain = address.partition("@")
        return f"{name[:1]}***@{domain}"
    # A webchat's address is a random mark of a browser: it tells nobody anything.
    return "" if identity.channel == "webchat" else f"…{address[-4:]}"

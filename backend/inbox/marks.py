"""The mark on her Conversations that a person is in them: read by every turn with the row that it reads anyway."""

from __future__ import annotations

from backend.core import clock
from backend.core.db import execute, is_postgres
from backend.inbox.models import Handover
from backend.messaging import people
from backend.messaging.models import Conversation, Identity, Message

QUIET = ("voice",)
"""Where the bot goes on: nobody can write into a telephone call."""
URGENT = ("alarm", "checkin")
"""Purposes of messages whose question stays, whatever is talked about meanwhile."""


def addresses(handover: Handover) -> list[Identity]:
    """Every address of hers, in her order of preference; the one that the thread began at is always among them."""
    found = people.identities(people.At(handover.identity_id), reachable=False)
    if handover.resident_id is not None:
        hers = people.identities(people.Resident(handover.resident_id), reachable=False)
        found = hers + [i for i in found if i.id not in {h.id for h in hers}]
    return found


def hold(handover: Handover) -> list[Identity]:
    """Keep her turns waiting until the transaction ends, so that each message is either the bot's or the person's. Taken
    before any other lock, as a turn does."""
    found = addresses(handover)
    if is_postgres():
        for identity_id in sorted(i.id for i in found):
            execute("SELECT 1 FROM identity WHERE id = ? FOR UPDATE", (identity_id,))
    return found


def put(handover: Handover, found: list[Identity]) -> None:
    """From now on a person is in these Conversations."""
    for identity in found:
        if identity.channel in QUIET:
            continue
        Conversation.insert(
            identity_id=identity.id, handover_id=handover.id, updated_at=clock.now()
        ).on_conflict(
            conflict_target=[Conversation.identity_id], update={"handover_id": handover.id}
        ).execute()
    forget_menus([i.id for i in found])


def take_away(handover: Handover) -> None:
    """The bot answers again."""
    Conversation.update(handover_id=None).where(Conversation.handover_id == handover.id).execute()


def forget_menus(identity_ids: list[int], *, notices: bool = False) -> None:
    """A bare number is no pick from a menu of the bot's any more: it answers the person. What a notice offers stays, unless
    the person has asked something since (`notices`): “1” is to them then, save for what asks whether she is safe."""
    asked = Message.purpose.not_in(URGENT) if notices else Message.purpose == "reply"
    menus = Message.select(Message.id).where(
        Message.id.in_(
            Conversation.select(Conversation.offer_id).where(Conversation.identity_id.in_(identity_ids))
        )
        & asked
    )
    Conversation.update(offer_id=None).where(
        Conversation.identity_id.in_(identity_ids) & Conversation.offer_id.in_(menus)
    ).execute()


def open_form(handover: Handover) -> bool:
    """Whether the bot had asked her something that is still open."""
    ids = [i.id for i in addresses(handover)]
    return bool(
        Conversation.select()
        .where(Conversation.identity_id.in_(ids) & Conversation.flow.is_null(False))
        .exists()
    )

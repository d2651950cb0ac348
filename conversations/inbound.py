"""What a channel hears, and what the engine answers."""

from __future__ import annotations

from dataclasses import field
from datetime import datetime

from backend.core.values import value
from backend.fields.words import Said
from backend.messaging.content import Content


@value
class Inbound:
    """One update of a channel, its signature already checked.

    `event_id` is the provider's own and unique per address: a repeat is answered, not redone. `message_id`: the Message
    whose option was picked (buttons carry `m<message id>:<index>`; the engine looks the value up). `edits`: the
    event_id of the earlier message that this one corrects. `start`: the deep-link or first-contact payload.
    """

    channel: str
    address: str
    event_id: str
    said: Said = field(default_factory=Said)
    message_id: int | None = None
    option: int | None = None
    edits: str | None = None
    locale: str | None = None
    opt_out: str | None = None
    """STOP, START or HELP, where the provider has itself understood it so, and has answered."""
    ours: bool = False
    """A call that we made: who takes it is at that number. The number that a call to us shows can be forged."""
    said_at: datetime | None = None
    """When she said it, where the channel tells: Telegram keeps for a day what it could not bring us."""
    start: bool = False
    """First contact or reconnect (`/start`, the webchat opened, a call answered): greet, or repeat the open question."""


@value
class Outgoing:
    """A reply, committed and leased to this process to deliver."""

    delivery_id: int
    message_id: int
    content: Content


@value
class Turn:
    """What one Inbound led to. `repeated`: this event was heard before; the same replies are given again."""

    identity_id: int
    locale: str
    replies: tuple[Outgoing, ...]
    outcome: str
    repeated: bool = False
    picked: int | None = None
    """The Message whose option was picked: chat channels take its buttons away."""
    used: tuple[tuple[str, str], ...] = ()
    """The functions that it used (see `Talk.used`); none of a repeat."""
    by: str = "unknown"
    """Whether it was a resident, one of the staff, or somebody unknown."""
    org_id: int | None = None

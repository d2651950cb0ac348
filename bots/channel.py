"""The contract of a channel: one file each over this, and the registry of those that are configured."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

from backend.messaging.deliveries import Due

NOT_SET_UP = "is not set up"
"""Part of the error of a Delivery for which this community has no channel."""


@dataclass(frozen=True, slots=True)
class Sent:
    """The provider took it. `status` is "delivered" where taking it is delivering it."""

    provider_id: str | None = None
    status: str = "sent"


class TryLater(Exception):
    """Retryable: busy, rate-limited, out of order. `after_s`: the provider's own wish."""

    def __init__(self, reason: str, after_s: float | None = None) -> None:
        super().__init__(reason)
        self.after_s = after_s


class Refused(Exception):
    """It will never be taken there; `ends_identity`: nor will anything else (blocked, unsubscribed, no such number);
    `opted_out`: she told the provider that she wants nothing more there."""

    def __init__(self, reason: str, *, ends_identity: bool = False, opted_out: bool = False) -> None:
        super().__init__(reason)
        self.ends_identity = ends_identity
        self.opted_out = opted_out


class AnswerLost(Exception):
    """It was sent, but the answer never came: it may have arrived."""


class Channel(ABC):
    """Sends committed Messages. Instances live in one asyncio loop per process."""

    name: str
    per_second: float = 30.0
    """The provider's overall rate."""
    per_address_second: float = 1.0
    """The provider's rate for one recipient."""
    per_domain_second: float | None = None
    """The rate for all addresses behind one @."""
    at_once: int = 100
    """How many sends may be under way together: the connections that the channel has."""

    @abstractmethod
    async def send(self, due: Due) -> Sent:
        """Deliver one Message; raises TryLater, Refused or AnswerLost."""

    async def close(self) -> None:
        """Give back connections."""
        return

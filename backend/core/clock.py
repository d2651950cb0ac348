"""The one place that knows what time it is. Instants are aware UTC datetimes; people see the community's time zone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from backend.settings import settings


def _system() -> datetime:
    real, told = datetime.now(UTC), settings().simulated_clock
    if not told:
        return real
    since, at, speed = _simulated(told)
    return at + (real - since) * speed


@lru_cache(maxsize=1)
def _simulated(told: str) -> tuple[datetime, datetime, float]:
    """(the real instant, what the clock showed then, how many times as fast it runs)."""
    since, at, speed = told.split()
    return datetime.fromtimestamp(float(since), UTC), datetime.fromisoformat(at).astimezone(UTC), float(speed)


_source: Callable[[], datetime] = _system


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MS = timedelta(milliseconds=1)


def now() -> datetime:
    """This instant, aware, in UTC."""
    return _source()


def speed() -> float:
    """How many times as fast as real time the clock runs: 1, save in a simulated day."""
    told = settings().simulated_clock
    return _simulated(told)[2] if told else 1.0


def working(seconds: float) -> timedelta:
    """What the clock shows after so many real seconds: how long processes and machines need is not the community's time, and passes no faster in a
    simulated day."""
    return timedelta(seconds=seconds * speed())


def now_ms() -> int:
    """This instant in milliseconds since 1970, as the database stores it."""
    return to_ms(_source())


def to_ms(at: datetime) -> int:
    """Whole milliseconds that have passed: what is stored as of now is never later than now."""
    return (at - _EPOCH) // _MS


def from_ms(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1000, UTC)


CLOCKS_DIFFER = timedelta(seconds=30)
"""The clocks of our machines agree better than that. What was written later than this from now was written by a clock that has been set
back since (a machine without a battery takes its time from the network after its start): to wait until that time comes is to stand still."""


def is_ahead(at: datetime) -> bool:
    """Whether this instant was noted by a clock that was ahead."""
    return at > now() + CLOCKS_DIFFER


def zone() -> ZoneInfo:
    return ZoneInfo(settings().timezone)


def local(at: datetime) -> datetime:
    """The same instant on the community's clocks."""
    return at.astimezone(zone())


class Hands:
    """A clock whose hands the holder moves: `with stopped(at) as hands: …; hands.forward(minutes=30)`."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def forward(self, **delta: float) -> datetime:
        self.at += timedelta(**delta)
        return self.at


@contextmanager
def stopped(at: datetime | None = None) -> Iterator[Hands]:
    """Stop this process's clock at `at` (default: now): time is injected, never slept for."""
    global _source
    before, hands = _source, Hands(at or now())
    _source = hands
    try:
        yield hands
    finally:
        _source = before

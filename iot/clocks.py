"""A device's clock that is days behind ours, told apart from messages that waited for days. Pure.

A device without a battery or without anybody who sets it says a moment that lies behind by always the same: both clocks go on alike. What waited somewhere
comes faster than it was said, so that it lies behind by less and less. And a clock that stands still says always the same moment. Times are milliseconds since 1970.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from backend.core.values import value

_MS = timedelta(milliseconds=1)
LATE = timedelta(hours=24) // _MS
"""What lies behind by more is late for whoever acts on it. A smaller lag hides nothing for long, and meters have it that stamp the day or the hour before."""
FAR = timedelta(days=30) // _MS
"""A clock so far behind lost its battery (1970, 2000, the day its program was built), and ours counts: no device keeps a message for so long."""
ALIKE = timedelta(minutes=2) // _MS
"""By so much the lags of one wrong clock differ: messages take their time, and clocks drift."""
STEADY = timedelta(minutes=5) // _MS
"""So long both clocks must have gone on alike. More than ALIKE: a backlog that was said in so long comes in less."""


@value
class Clock:
    """What is known of a clock that is late. It lay `lag` behind at `since`, and every message from then on was behind by as much. `behind`: by so much
    it is wrong; 0 while nobody can know."""

    lag: int
    since: int
    behind: int = 0

    @classmethod
    def from_json(cls, data: Mapping[str, int] | None) -> Clock | None:
        return cls(data["lag"], data["since"], data["behind"]) if data else None

    def to_json(self) -> dict[str, int]:
        return {"lag": self.lag, "since": self.since, "behind": self.behind}


def after(known: Clock | None, at: int, received: int) -> Clock | None:
    """What is known after a message that says `at`; None of a clock that is right, as far as it tells."""
    lag = received - at
    if not LATE < lag <= FAR:
        return None
    if known is None:
        return Clock(lag, received)
    if received < known.since or at == known.since - known.lag:
        return known
    if known.behind and abs(lag - known.behind) <= ALIKE:
        return Clock(lag, received, lag)
    if abs(lag - known.lag) <= ALIKE:
        return Clock(lag, known.since, lag) if received - known.since >= STEADY else known
    # Longer under way than usual, or a clock that fell back once more; one that is behind by less was put forward.
    return Clock(lag, received, known.behind if lag > known.behind else 0)


def moment(known: Clock | None, at: int, received: int) -> int:
    """When it was said by our clock, `known` being what the message itself leaves behind (`after`)."""
    if at > received or received - at > FAR:
        return received
    if known is None:
        return at
    if at == known.since - known.lag and received - known.since >= STEADY:
        return received  # it stands still
    if known.behind and received - at >= known.behind - ALIKE:
        return min(at + known.behind, received)
    return at

"""How long somebody who failed waits before the next try. Pure, but for the dice."""

from __future__ import annotations

from datetime import timedelta
from random import uniform

_SPREAD = 0.2


def after(tries: int, *, first: float, factor: float, most: float) -> timedelta:
    """The wait after so many tries: `first` seconds, each `factor` times the one before, at most `most`; up to a fifth shorter by chance, so
    that those who failed together do not all come back at one moment."""
    whole = min(most, first * factor ** min(max(tries, 1) - 1, 64))
    return timedelta(seconds=whole * uniform(1 - _SPREAD, 1))  # noqa: S311  # not a secret

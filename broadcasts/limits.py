"""Each provider's pace: an even flow overall, and per recipient."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from math import inf

REMEMBERED = 20_000


class Pace:
    """Lets callers through at most `per_second`, and one address at most `per_address_second`; a short burst may go at once.

    `clock` gives seconds, monotonic. Order of arrival is kept.
    """

    def __init__(
        self,
        per_second: float,
        per_address_second: float,
        clock: Callable[[], float],
        burst: float = 1.0,
        address_burst: int = 3,
    ) -> None:
        self._gap = 1 / per_second
        self._slack = burst * per_second * self._gap
        self._address_gap = 1 / per_address_second
        self._address_slack = (address_burst - 1) * self._address_gap
        self._clock = clock
        self._free_at = 0.0
        self._address_free_at: OrderedDict[str, float] = OrderedDict()

    def reserve(self, address: str, patience: float = inf) -> float:
        """Take the next place for `address`; returns how many seconds to wait for it. No place is taken when that is more than
        `patience`."""
        now = self._clock()
        place = max(self._free_at, now - self._slack)
        mine = max(self._address_free_at.get(address, 0.0), now - self._address_slack)
        wait = max(place, mine, now) - now
        if wait > patience:
            return wait
        self._free_at = place + self._gap
        self._address_free_at[address] = mine + self._address_gap
        self._address_free_at.move_to_end(address)
        if len(self._address_free_at) > REMEMBERED:
            self._address_free_at.popitem(last=False)
        return wait

    def hold(self, seconds: float) -> None:
        """The provider asked everybody to wait."""
        self._free_at = max(self._free_at, self._clock() + seconds)

    async def turn(self, address: str, patience: float = inf) -> float:
        """Wait for the next place; returns 0, or, at once, how long it would take when that is more than `patience`."""
        wait = self.reserve(address, patience)
        if wait > patience:
            return wait
        if wait > 0:
            await asyncio.sleep(wait)
        return 0.0

"""Where each of a million keys was seen, in some twenty bytes a key: an import that remembers the keys themselves grows with its
file. Pure."""

from __future__ import annotations

from array import array

_BUCKETS = 1 << 10


class Fingerprints:
    """Numbers by key; a key may have several. Keys are told apart by 64 bits, which two of a million different keys share once in
    forty million times: whoever may not be wrong even then looks at what the numbers stand for."""

    def __init__(self) -> None:
        # By bucket the place of the key that came last, and by place the one before it in the same bucket; place 0 is none.
        self._last = array("I", bytes(4 * _BUCKETS))
        self._before = array("I", (0,))
        self._prints = array("q", (0,))
        self._numbers = array("I", (0,))

    def add(self, key: str, number: int) -> None:
        """`number` from 0 on, below 2**32. Raises OverflowError for others."""
        self._numbers.append(number)
        self._prints.append(hash(key))
        self._before.append(0)
        if len(self._prints) > len(self._last):
            self._last = array("I", bytes(8 * len(self._last)))
            for place in range(1, len(self._prints)):
                self._link(place)
        else:
            self._link(len(self._prints) - 1)

    def of(self, key: str) -> list[int]:
        """The numbers that were added with this key, the first one first."""
        print_ = hash(key)
        place, found = self._last[print_ & len(self._last) - 1], []
        while place:
            if self._prints[place] == print_:
                found.append(self._numbers[place])
            place = self._before[place]
        return found[::-1]

    def _link(self, place: int) -> None:
        bucket = self._prints[place] & len(self._last) - 1
        self._before[place], self._last[bucket] = self._last[bucket], place

"""To a web address: one POST for a reading, or several at once, signed as Standard Webhooks says."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Sequence
from typing import Any

import orjson

from backend.core import places, webhooks
from backend.core.errors import Invalid
from backend.core.i18n import _
from iot.routes.filters import ALARM
from iot.routes.sending import Asked, Failure, Given, Kind, Outcome, Target, told
from iot.routes.shape import Item, Shape, written

MOST_AT_ONCE = 100
_MARGIN_S = 2 * webhooks.SECONDS
"""A post that began just before the end of the time takes so long at most."""
_OF_THE_TARGET = frozenset({407, 408, 421, 425, 426, 429, 502, 503, 504})
"""Answers that would meet every reading. What else is no success may speak of this one; where it meets several in a row, it is the target's after all."""


class Poster:
    """One after the other over one connection."""

    def __init__(self, target: Target, shape: Shape, seconds: float = webhooks.SECONDS) -> None:
        self._target, self._shape, self._seconds = target, shape, seconds
        self._line: webhooks.Line | None = None
        self._alone = 0
        """So many are posted one by one, for one of them was refused among others."""

    def send(self, items: Sequence[Item], until: float) -> list[Outcome]:
        outcomes: list[Outcome] = []
        while len(outcomes) < len(items) and (not outcomes or time.monotonic() + _MARGIN_S < until):
            several = 1 if self._alone else int(self._target["at_once"])
            group = items[len(outcomes) : len(outcomes) + several]
            failure = self._posted(group)
            self._alone = max(self._alone - len(group), 0)
            if failure is None:
                outcomes += [None] * len(group)
            elif failure.whose == "item" and len(group) > 1:
                self._alone = len(group)
            else:
                return [*outcomes, failure]
        return outcomes

    def try_out(self, item: Item) -> tuple[bool, str]:
        try:
            answer = self._post(f"test-{item.key}", self._data("device.test", [item]))
        except webhooks.UNREACHED as error:
            return False, told(error)
        return answer.taken, f"HTTP {answer.status}"

    def close(self) -> None:
        if self._line is not None:
            self._line.close()
            self._line = None

    def _posted(self, group: Sequence[Item]) -> Failure | None:
        alone = len(group) == 1
        # The same readings together have the same name whenever they are posted; each has its own besides.
        together = hashlib.sha256(" ".join(item.key for item in group).encode()).hexdigest()[:40]
        kind = "device.alarm" if group[0].kind == ALARM else "device.reading"
        body = self._data(kind if alone else "device.readings", group)
        try:
            answer = self._post(group[0].key if alone else together, body)
        except webhooks.UNREACHED as error:
            self.close()
            return Failure(told(error))
        status = answer.status
        if answer.taken:
            return None
        if status == webhooks.GONE:
            return Failure(f"HTTP {status}", final=True)
        ours = status in _OF_THE_TARGET or 300 <= status < 400 or answer.wait is not None
        return Failure(f"HTTP {status}", "target" if ours else "item", answer.wait)

    def _data(self, kind: str, group: Sequence[Item]) -> bytes:
        bodies = [self._shape.body(item) for item in group]
        data: Any = bodies if kind == "device.readings" else bodies[0]
        return orjson.dumps({"type": kind, "timestamp": written(group[0].at), "data": data})

    def _post(self, uid: str, body: bytes) -> webhooks.Answer:
        if self._line is None:
            self._line = webhooks.Line(self._target["url"], self._seconds)
        return self._line.post(self._target["secret"], uid, body)


def checked(given: Given, before: Target) -> dict[str, Any]:
    """Raises Invalid."""
    url = given.get("url", "").strip()
    try:
        place = places.of(url)
        known = place.secure or places.inside(place)
    except ValueError:
        known = False
    if not known or len(url) > 300:
        raise Invalid(_("Readings go to an address that begins with https://."), "url")
    at_once = given.get("at_once", "").strip() or "1"
    if not (at_once.isascii() and at_once.isdigit() and 1 <= int(at_once) <= MOST_AT_ONCE):
        raise Invalid(_("A number from 1 to {most}, please.", most=MOST_AT_ONCE), "at_once")
    return {"url": url, "at_once": int(at_once), "secret": before.get("secret") or webhooks.new_secret()}


KIND = Kind(
    name="webhook",
    title=_("Web address (webhook)"),
    about=_("Each reading is posted as JSON and signed as Standard Webhooks says."),
    fields=(
        Asked(
            "url",
            _("Address"),
            {"tag": "input", "type": "url", "maxlength": 300, "placeholder": "https://", "required": True},
        ),
        Asked(
            "at_once",
            _("Readings in one post"),
            {"tag": "input", "type": "number", "min": 1, "max": MOST_AT_ONCE, "inputmode": "numeric"},
            hint=_("More than one is quicker: “data” is a list then."),
            default="1",
        ),
    ),
    checked=checked,
    shown=lambda target: str(target["url"]).partition("?")[0],
    opened=lambda target, shape, _uid: Poster(target, shape),
    at_once=MOST_AT_ONCE,
)

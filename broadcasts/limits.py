"""Each provider's limits: an even flow overall, and for one recipient and her mail domain, shared by all workers through Redis.

The rule is GCRA: whoever sends takes the next place in a line, and the places of a line lie evenly in time, with room for a short
burst. Redis keeps the lines and its clock counts. While it is away each process keeps lines of its own, with its part of the rate.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import NamedTuple

import redis
import structlog

from backend.core import crypto, health
from backend.messaging.deliveries import Due
from backend.settings import settings
from bots.channel import Channel

BURST_S = 0.05
"""What may go at once after a pause, in seconds' worth of the rate: with it a provider's own second never has too many."""
ADDRESS_BURST = 3
AWAY_S = 5.0
"""How long Redis is not asked again after it did not answer."""
ANSWER_S = 0.5
REMEMBERED = 20_000
URGENT = "alerts"
"""Its messages take a place and do not wait for it: the others make room."""
_SENDERS = ("worker", "alerts")
_COUNT_EVERY_S = 10.0

log = structlog.get_logger()


class Place(NamedTuple):
    """`taken`: it may go in `wait` seconds. Not taken: there may be a place in `wait` seconds."""

    wait: float
    taken: bool


class Line(NamedTuple):
    """One of the lines that a message stands in: a name, and the rate and burst of everybody in it."""

    name: str
    gap: float
    slack: float


# Times are microseconds of Redis' own clock. KEYS[1] is the channel's. ARGV: gap, slack, patience, urgent, the gaps and slacks of the
# kinds of own lines by commas, and the messages by spaces, each as the names of its own lines by commas, in the order of the kinds.
# Answers a wait for each, negative where no place was taken.
_RESERVE = """
local t = redis.call('TIME')
local now = t[1] * 1000000 + t[2]
local base = KEYS[1]
local gap, slack, patience = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local gaps, slacks = {}, {}
for n in string.gmatch(ARGV[5], '[^,]+') do gaps[#gaps + 1] = tonumber(n) end
for n in string.gmatch(ARGV[6], '[^,]+') do slacks[#slacks + 1] = tonumber(n) end
local held = tonumber(redis.call('GET', base .. ':held') or 0)
local overall = math.max(tonumber(redis.call('GET', base .. ':all') or 0), now - slack, held)
local shown, free, seen, kept = overall, {}, {}, {}
local waits, taken = {}, false
for message in string.gmatch(ARGV[7], '[^ ]+') do
  local place, own, lines = math.max(overall, now), 0, {}
  if ARGV[4] == '1' then place = math.max(now, held) end
  for line in string.gmatch(message, '[^,]+') do
    lines[#lines + 1] = line
    if not free[line] then
      free[line] = tonumber(redis.call('GET', base .. line) or 0)
      seen[line] = free[line]
    end
    own = math.max(own, seen[line])
  end
  if own > place then
    waits[#waits + 1] = string.format('%.0f', now - own)
    for i, line in ipairs(lines) do seen[line] = own + gaps[i] end
  elseif place - now > patience then
    shown = math.max(shown, overall)
    waits[#waits + 1] = string.format('%.0f', now - shown)
    shown = shown + gap
  else
    waits[#waits + 1] = string.format('%.0f', place - now)
    overall, taken = overall + gap, true
    for i, line in ipairs(lines) do
      free[line] = math.max(free[line], place - slacks[i]) + gaps[i]
      seen[line], kept[line] = free[line], slacks[i]
    end
  end
end
local function keep(key, value, s)
  redis.call('SET', key, string.format('%.0f', value), 'PX', math.ceil((math.max(value - now, 0) + s) / 1000) + 1000)
end
if taken then keep(base .. ':all', overall, slack) end
for line, s in pairs(kept) do keep(base .. line, free[line], s) end
return table.concat(waits, ' ')
"""
_HOLD = """
local t = redis.call('TIME')
local till = t[1] * 1000000 + t[2] + tonumber(ARGV[1])
if till > tonumber(redis.call('GET', KEYS[1] .. ':held') or 0) then
  redis.call('SET', KEYS[1] .. ':held', string.format('%.0f', till), 'PX', math.ceil(tonumber(ARGV[1]) / 1000) + 1000)
end
"""


class Pace:
    """The lines of one channel in this process: what `_RESERVE` does, for when Redis is away. `clock` gives seconds, monotonic."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._overall = self._held = 0.0
        self._free: OrderedDict[str, float] = OrderedDict()

    def hold(self, seconds: float) -> None:
        """The provider asked everybody to wait."""
        self._held = max(self._held, self._clock() + seconds)

    def held(self) -> float:
        """For how many seconds nothing may be sent."""
        return max(self._held - self._clock(), 0.0)

    def reserve(
        self, overall: Line, lines: Sequence[Sequence[Line]], patience: float, *, urgent: bool = False
    ) -> list[Place]:
        """A place for each message, which stands in `overall` and in its own `lines`. None is taken that is farther than
        `patience` seconds."""
        now = self._clock()
        self._overall = shown = max(self._overall, now - overall.slack, self._held)
        seen: dict[str, float] = {}
        found = []
        for own in lines:
            place = max(now, self._held if urgent else self._overall)
            free_at = max((seen.get(line.name, self._free.get(line.name, 0.0)) for line in own), default=0.0)
            if free_at > place:
                found.append(Place(free_at - now, taken=False))
                seen |= {line.name: free_at + line.gap for line in own}
            elif place - now > patience:
                shown = max(shown, self._overall)
                found.append(Place(shown - now, taken=False))
                shown += overall.gap
            else:
                found.append(Place(place - now, taken=True))
                self._overall += overall.gap
                for line in own:
                    self._take(line, place)
                    seen[line.name] = self._free[line.name]
        return found

    def _take(self, line: Line, place: float) -> None:
        self._free[line.name] = max(self._free.get(line.name, 0.0), place - line.slack) + line.gap
        self._free.move_to_end(line.name)
        if len(self._free) > REMEMBERED:
            self._free.popitem(last=False)


class Limits:
    """The limits of this process's channels, for any thread. `reserve` and `hold` block on Redis."""

    def __init__(self, channels: Sequence[Channel]) -> None:
        self._channels = {channel.name: channel for channel in channels}
        self._paces = {channel.name: Pace(time.monotonic) for channel in channels}
        self._redis = redis.Redis.from_url(
            settings().redis_url, socket_connect_timeout=ANSWER_S, socket_timeout=ANSWER_S
        )
        self._reserve = self._redis.register_script(_RESERVE)
        self._hold = self._redis.register_script(_HOLD)
        self._away_until = self._counted_at = 0.0
        self._workers = 1

    def reserve(self, name: str, dues: Sequence[Due], patience: float) -> list[Place]:
        """A place for each of these Deliveries of one channel and queue."""
        channel = self._channels[name]
        urgent = dues[0].queue == URGENT
        lines = [_own_lines(channel, due) for due in dues]
        shared = self._shared(name, _overall(channel.per_second), lines, patience, urgent=urgent)
        if shared is not None:
            return shared
        rate = channel.per_second / self._living()
        return self._paces[name].reserve(_overall(rate), lines, patience, urgent=urgent)

    def hold(self, name: str, seconds: float) -> None:
        """The provider asked everybody to wait: nobody takes a place before that."""
        self.hold_here(name, seconds)
        if time.monotonic() < self._away_until:
            return
        try:
            self._hold(keys=[_key(name)], args=[round(seconds * 1e6)])
        except redis.RedisError as error:
            self._gone(error)

    def hold_here(self, name: str, seconds: float) -> None:
        """This process sends nothing for so long."""
        self._paces[name].hold(seconds)

    def held(self, name: str) -> float:
        """For how many seconds nothing may be sent there, as far as this process has heard."""
        return self._paces[name].held()

    def _shared(
        self, name: str, overall: Line, lines: Sequence[Sequence[Line]], patience: float, *, urgent: bool
    ) -> list[Place] | None:
        if time.monotonic() < self._away_until:
            return None
        args: list[str | int] = [
            *(_us(overall.gap), _us(overall.slack), _us(patience), int(urgent)),
            ",".join(str(_us(line.gap)) for line in lines[0]),
            ",".join(str(_us(line.slack)) for line in lines[0]),
            " ".join(",".join(line.name for line in own) for own in lines),
        ]
        try:
            waits = self._reserve(keys=[_key(name)], args=args)
        except redis.RedisError as error:
            self._gone(error)
            return None
        return [_place(int(wait)) for wait in waits.split()]

    def _gone(self, error: Exception) -> None:
        self._away_until = time.monotonic() + AWAY_S
        log.warning("limits.redis_unreachable", error=type(error).__name__)

    def _living(self) -> int:
        """How many processes share the rate, as their heartbeats say."""
        if time.monotonic() - self._counted_at > _COUNT_EVERY_S:
            self._counted_at = time.monotonic()
            self._workers = max(sum(beat.process in _SENDERS for beat in health.living()), 1)
        return self._workers


def _key(name: str) -> str:
    return f"pace:{{{name}}}"


def _us(seconds: float) -> int:
    return round(seconds * 1e6)


def _place(wait: int) -> Place:
    return Place(abs(wait) / 1e6, taken=wait >= 0)


@lru_cache(maxsize=64)
def _overall(per_second: float) -> Line:
    return Line("", 1 / per_second, BURST_S)


def _own_lines(channel: Channel, due: Due) -> list[Line]:
    gap = 1 / channel.per_address_second
    lines = [Line(f":i{due.identity_id}", gap, (ADDRESS_BURST - 1) * gap)]
    if channel.per_domain_second is not None:
        domain = due.address.rpartition("@")[2].lower()
        lines.append(Line(f":d{_domain(domain)}", 1 / channel.per_domain_second, BURST_S))
    return lines


@lru_cache(maxsize=4096)
def _domain(domain: str) -> str:
    """Some domains are one person's."""
    return crypto.blind_index(domain, "domain")[:16]

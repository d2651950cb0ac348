"""What rules remember, read and written for many devices in one statement each."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson

from backend.core import clock
from backend.core.db import execute, is_postgres
from iot.rules.facts import Known
from iot.rules.loading import Live
from iot.rules.running import Runner
from iot.rules.step import State

Key = tuple[int, int, int]
"""(rule, device, resident): of device and resident one is 0."""


@dataclass(slots=True)
class Kept:
    """A row of `DeviceRuleMemory`; times in milliseconds. `stored`: it is in the database."""

    key: Key
    version: int = 0
    holds_since: int | None = None
    raised_at: int | None = None
    heard_at: int | None = None
    looked_at: int | None = None
    wake_at: int | None = None
    alarm_id: int | None = None
    hits: list[int] = field(default_factory=list)
    since: dict[str, int] = field(default_factory=dict)
    noticed: int | None = None
    stored: bool = False

    def runner(self, live: Live) -> Runner:
        """Takes up where it was. What another version of the rule was waiting for begins anew; what it raised, it may end."""
        same = self.version == live.version
        state = State(
            _at(self.holds_since) if same else None,
            tuple(clock.from_ms(hit) for hit in self.hits) if same else (),
            _at(self.raised_at),
            _at(self.heard_at),
            _at(self.looked_at),
            _at(self.wake_at),
        )
        return Runner(live.rule, state, Known(since=dict(self.since), noticed=self.noticed))

    def take(self, runner: Runner, live: Live) -> None:
        """Keep what the runner knows now."""
        state = runner.state
        self.version = live.version
        self.holds_since, self.raised_at = _ms(state.holds_since), _ms(state.raised_at)
        self.heard_at, self.looked_at, self.wake_at = _ms(state.heard_at), _ms(state.at), _ms(state.wake_at)
        self.hits = [clock.to_ms(hit) for hit in state.hits] if live.rule.times > 1 else []
        asked = {name.word for name in live.rule.names if name.place == "since"}
        self.since = {point: at for point, at in runner.known.since.items() if point in asked}
        self.noticed = runner.known.noticed if live.rule.of_home else None


def read(device_ids: Collection[int], resident_ids: Collection[int]) -> dict[Key, Kept]:
    """Of these devices and these residents' homes, nobody else's until the transaction ends."""
    if is_postgres():
        given: list[Any] = [sorted(device_ids), sorted(resident_ids)]
    else:
        given = [_json(sorted(device_ids)), _json(sorted(resident_ids))]
    return {kept.key: kept for kept in map(_kept, execute(_READ[is_postgres()], given).fetchall())}


def save(rows: Iterable[Kept]) -> None:
    """Those that changed, in one statement."""
    data = [
        (
            *row.key, row.version, row.holds_since, row.raised_at, row.heard_at, row.looked_at, row.wake_at, row.alarm_id,
            _json({"hits": row.hits, "since": row.since, "noticed": row.noticed}),
        )
        for row in rows
    ]  # fmt: skip
    if data:
        execute(_SAVE[is_postgres()], [_json(data)])


_COLUMNS = "rule_id, device_id, resident_id, version, holds_since, raised_at, heard_at, looked_at, wake_at, alarm_id, memory"
_OF_DEVICES = "device_id <> 0 AND device_id"
_OF_HOMES = "resident_id <> 0 AND resident_id"
_READ = {
    False: f"SELECT {_COLUMNS} FROM device_rule_memory WHERE {_OF_DEVICES} IN (SELECT value FROM json_each(?))"  # noqa: S608
    f" OR {_OF_HOMES} IN (SELECT value FROM json_each(?))",
    True: f"SELECT {_COLUMNS} FROM device_rule_memory WHERE {_OF_DEVICES} = ANY(?) OR {_OF_HOMES} = ANY(?)"  # noqa: S608
    " ORDER BY id FOR UPDATE",
}
_TYPES = ("int", "int", "int", "int", *("bigint",) * 5, "int", "text")
_UPDATE = ", ".join(f"{name} = excluded.{name}" for name in _COLUMNS.split(", ")[3:])
_CONFLICT = f"ON CONFLICT (rule_id, device_id, resident_id) DO UPDATE SET {_UPDATE}"
_SAVE = {
    False: f"INSERT INTO device_rule_memory ({_COLUMNS}) SELECT {', '.join(f'value->>{n}' for n in range(11))}"  # noqa: S608
    f" FROM json_each(?) WHERE true {_CONFLICT}",
    True: f"INSERT INTO device_rule_memory ({_COLUMNS})"  # noqa: S608
    f" SELECT {', '.join(f'(value->>{n})::{kind}' for n, kind in enumerate(_TYPES))}"
    f" FROM jsonb_array_elements(?::jsonb) AS row(value) {_CONFLICT}",
}


def _kept(row: Any) -> Kept:
    rule_id, device_id, resident_id, version, holds, raised, heard, looked, wake, alarm_id, memory = row
    more = orjson.loads(memory)
    return Kept(
        (rule_id, device_id, resident_id), version, holds, raised, heard, looked, wake, alarm_id,
        more["hits"], more["since"], more["noticed"], stored=True,
    )  # fmt: skip


def _at(ms: int | None) -> datetime | None:
    return None if ms is None else clock.from_ms(ms)


def _ms(at: datetime | None) -> int | None:
    return None if at is None else clock.to_ms(at)


def _json(data: Any) -> str:
    return orjson.dumps(data).decode()

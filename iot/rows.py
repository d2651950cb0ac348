"""The statements of a batch of messages, each for all of it: through model objects storing costs ten times as much. Rows go in as one JSON
parameter, so that a statement is the same however many there are.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

import orjson

from backend.core import clock
from backend.core.db import execute, execute_many, is_postgres
from backend.core.values import value
from iot.body import parted
from iot.models import Device, Reading
from iot.uplink import Scalar

Key = tuple[int, str]
"""A device's id and the name of a message of its."""


@value
class NewReading:
    """A row of `Reading`; times in milliseconds since 1970."""

    device_id: int
    kind: str
    at: int
    received_at: int
    values: Mapping[str, Scalar]
    key: str | None
    signal: float | None


_INTO = 'INSERT INTO reading (device_id, kind, at, received_at, "values", key, signal, body)'
_NEW = "ON CONFLICT DO NOTHING RETURNING device_id, key"
_FROM_JSON = f"""{_INTO} SELECT (value->>0)::int, value->>1, (value->>2)::bigint, (value->>3)::bigint, value->4, value->>5, (value->>6)::float8, decode(value->>7, 'base64')
FROM jsonb_array_elements(?::jsonb) AS row(value) {_NEW}"""  # noqa: S608
# SQLite takes half as long over values that are written out, and few statements are made anew when they come in few lengths.
_LENGTHS = (64, 8, 1)
_WRITTEN_OUT = {n: f"{_INTO} VALUES {','.join(['(?,?,?,?,?,?,?,?)'] * n)} {_NEW}" for n in _LENGTHS}


def save_readings(readings: Sequence[NewReading]) -> set[Key]:
    """Keep them; returns the keys of those that were not there yet. One without a key is always new. No key may be among them twice."""
    if not readings:
        return set()
    if is_postgres():
        data = []
        for r in readings:
            said, body = parted(r.values)
            data.append(
                (r.device_id, r.kind, r.at, r.received_at, said, r.key, r.signal, _text(_sealed(body)))
            )
        return _named(execute(_FROM_JSON, [_json(data)]).fetchall())
    new: set[Key] = set()
    place = 0
    for length in _LENGTHS:
        while len(readings) - place >= length:
            params: list[Any] = []
            for r in readings[place : place + length]:
                said, body = parted(r.values)
                params += (
                    r.device_id,
                    r.kind,
                    r.at,
                    r.received_at,
                    _json(said),
                    r.key,
                    r.signal,
                    _sealed(body),
                )
            new |= _named(execute(_WRITTEN_OUT[length], params).fetchall())
            place += length
    return new


def _sealed(body: Mapping[str, Scalar] | None) -> bytes | None:
    return None if body is None else Reading.body.seal(body)


def _text(sealed: bytes | None) -> str | None:
    return None if sealed is None else base64.b64encode(sealed).decode()


def _named(found: Sequence[tuple[int, str | None]]) -> set[Key]:
    return {(device_id, key) for device_id, key in found if key is not None}


# Whole rows, whatever columns a device has: they are `Device`s to whoever listens.
_READ_DEVICES = {
    False: "SELECT {} FROM device WHERE address IN (SELECT value FROM json_each(?))",
    True: "SELECT {} FROM device WHERE address = ANY(?) ORDER BY id FOR UPDATE",
}


def devices(addresses: Collection[str]) -> list[Device]:
    """Those that are known, each nobody else's until the transaction ends."""
    wanted = sorted(addresses)
    columns, names, readers = _columns_of_devices(is_postgres())
    found = execute(columns, [wanted if is_postgres() else _json(wanted)])
    return [_device(row, names, readers) for row in found.fetchall()]


_Readers = Sequence[tuple[str, Callable[[Any], Any]]]


def _device(row: Sequence[Any], names: Sequence[str], readers: _Readers) -> Device:
    data = dict(zip(names, row, strict=True))
    for name, read in readers:
        given = data[name]
        if given is not None:
            data[name] = read(given)
    # What peewee's own way of making one takes is as much again as all of this.
    device = Device.__new__(Device)
    device.__data__, device.__rel__, device._dirty = data, {}, set()  # type: ignore[attr-defined]
    return device


@lru_cache(maxsize=2)
def _columns_of_devices(postgres: bool) -> tuple[str, tuple[str, ...], _Readers]:
    """The question, the names of its columns, and how those are read that are not what they look like."""
    fields = Device._meta.sorted_fields
    plain = {"AUTO", "INT", "BIGINT", "VARCHAR", "TEXT"}
    readers: list[tuple[str, Callable[[Any], Any]]] = []
    for field in fields:
        if field.field_type == "JSON":
            if not postgres:
                readers.append((field.name, orjson.loads))
        elif field.field_type not in plain or type(field).__module__ != "peewee":
            readers.append((field.name, field.python_value))
    names = ", ".join(f'"{field.column_name}"' for field in fields)
    return _READ_DEVICES[postgres].format(names), tuple(field.name for field in fields), readers


_NEW_DEVICES = {
    False: "INSERT INTO device (address, name, status, said_model, points, unread, gateway, created_at, changed_at)"
    " SELECT value->>0, value->>1, 'new', '', '{}', '{}', '', value->>2, value->>2 FROM json_each(?) WHERE true"
    " ON CONFLICT DO NOTHING",
    True: "INSERT INTO device (address, name, status, said_model, points, unread, gateway, created_at, changed_at)"
    " SELECT value->>0, value->>1, 'new', '', '{}', '{}', '', (value->>2)::bigint, (value->>2)::bigint"
    " FROM jsonb_array_elements(?::jsonb) AS row(value) ON CONFLICT DO NOTHING",
}


def add_devices(names: Mapping[str, str]) -> None:
    """Strangers, by address, with what they are called."""
    now = clock.to_ms(clock.now())
    execute(_NEW_DEVICES[is_postgres()], [_json([(a, names[a], now) for a in sorted(names)])])


_SAID = {
    "name": "e.value->>{}",
    "open_points": "e.value->{}",
    "body": "decode(e.value->>{}, 'base64')",
    "unread": "e.value->{}",
    "online": "(e.value->>{})::boolean",
    "seen_at": "(e.value->>{})::bigint",
    "said_model": "e.value->>{}",
    "gateway": "e.value->>{}",
    "clock": "NULLIF(e.value->{}, 'null'::jsonb)",
}
"""What messages say of devices: each field, and how PostgreSQL takes it out of a row of JSON."""


def save_devices(changed: Iterable[Device]) -> None:
    """What messages say of them, where it is something new: name, last values, connection, when and through which gateway they were heard. Most say
    a value and no more, so that of most only that is written."""
    alike: dict[tuple[str, ...], list[Device]] = {}
    for device in changed:
        names = tuple([name for name in _SAID if name in device._dirty])  # type: ignore[attr-defined]
        if names:
            alike.setdefault(names, []).append(device)
    for names, those in alike.items():
        if is_postgres():
            data = [(device.id, *[_plain(name, device.__data__[name]) for name in names]) for device in those]
            execute(_save(names, postgres=True), [_json(data)])
        else:
            execute_many(
                _save(names, postgres=False),
                [(*[_cell(name, device.__data__[name]) for name in names], device.id) for device in those],
            )


def _plain(name: str, given: Any) -> Any:
    """As a row of JSON takes it."""
    if name == "body" and given is not None:
        return _text(Device.body.seal(given))
    return clock.to_ms(given) if isinstance(given, datetime) else given


def _cell(name: str, given: Any) -> Any:
    """As SQLite takes it."""
    if name == "body" and given is not None:
        return Device.body.seal(given)
    return _json(given) if isinstance(given, dict) else _plain(name, given)


@lru_cache(maxsize=64)
def _save(names: tuple[str, ...], *, postgres: bool) -> str:
    columns = {name: getattr(Device, name).column_name for name in names}
    if not postgres:
        return f"UPDATE device SET {', '.join(f'{columns[name]} = ?' for name in names)} WHERE id = ?"  # noqa: S608
    given = ", ".join(f"{columns[name]} = {_SAID[name].format(place)}" for place, name in enumerate(names, 1))
    return f"UPDATE device SET {given} FROM jsonb_array_elements(?::jsonb) AS e(value) WHERE device.id = (e.value->>0)::int"  # noqa: S608


def _json(data: Any) -> str:
    try:
        return orjson.dumps(data).decode()
    except TypeError:
        # PostgreSQL gives a float of seventy digits back as a whole number, which orjson does not write: a device must not fall silent for what it said before.
        return json.dumps(data, ensure_ascii=False).encode("utf-8", "replace").decode()

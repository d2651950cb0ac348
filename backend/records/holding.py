"""How a row's values are kept: parsed values to columns of the database and back. Pure, but for the keys of sealing."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import orjson

from backend.core import crypto
from backend.fields.address import Address, Home
from backend.fields.plain import folded
from backend.fields.words import Said
from backend.records import words
from backend.records.tables import Column, Table

_NAMES = frozenset({"real_name"})


@dataclass(frozen=True, slots=True)
class Held:
    """`data` is JSON by column key; `sealed` JSON text of the sensitive values, None where there is none."""

    data: dict[str, Any]
    sealed: str | None
    words: str


def held(
    table: Table, values: Mapping[str, Any], tags: str = "", kept: Collection[str] = frozenset()
) -> Held:
    """Parsed values as they are stored; None and what the table does not know is left out. By the values of columns that are
    `kept` nobody finds the row."""
    data: dict[str, Any] = {}
    secret: dict[str, Any] = {}
    found: dict[str, None] = {}
    by_key = table.by_key
    for key, value in values.items():
        column = by_key.get(key)
        if column is None or value is None or value == "":
            continue
        dumped = column.field.dump(value)
        finding = column.keyword and key not in kept
        if column.sealed:
            secret[key] = dumped
            data[key] = blind(column, value)
            if finding:
                found[words.of_blind(data[key])] = None
        else:
            data[key] = dumped
            if finding:
                found.update(dict.fromkeys(_words(column, value)))
    if tags:
        found.update(dict.fromkeys(words.of_text(tags)))
    sealed = orjson.dumps(secret).decode() if secret else None
    return Held(data, sealed, words.joined(found))


def values(
    table: Table, data: Mapping[str, Any], sealed: str | None, keys: Collection[str] | None = None
) -> dict[str, Any]:
    """The parsed values that are stored, of these columns alone when they are named; what a changed definition cannot read any more is
    left out."""
    secret = orjson.loads(sealed) if sealed else {}
    found: dict[str, Any] = {}
    for key, dumped in data.items():
        column = table.by_key.get(key)
        if column is None or (keys is not None and key not in keys):
            continue
        if column.sealed:
            if key not in secret:
                continue
            dumped = secret[key]
        try:
            found[key] = column.field.load(dumped)
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
            continue
    return found


def blind(column: Column, value: Any) -> str:
    """Finds equal values of a sealed column without showing them; the same for every column of a kind, so that a number typed
    into the search box is found wherever it stands."""
    return crypto.blind_index(_plain(column, value), f"record.{column.field.kind}")


def blinds(text: str, columns: Iterable[Column], context: Any) -> set[str]:
    """The blind indexes of what a text may mean in sealed columns."""
    found: set[str] = set()
    kinds = {c.field.kind: c for c in columns if c.sealed}
    for column in kinds.values():
        found.add(blind(column, text))
        given = column.field.known(Said(text=text), context)
        if given is not None:
            found.add(blind(column, given))
    return found


def _plain(column: Column, value: Any) -> str:
    return folded(
        column.field.dump(value) if isinstance(value, str) else column.field.show(value, "zh_CN")
    ).upper()


@lru_cache(maxsize=20_000)
def _of_place(home: Home) -> tuple[str, ...]:
    """Of a home: those who live together are often written together."""
    field = Address("home")
    return (*words.of_text(field.show(home, "zh_CN")), *words.of_text(field.search(home)))


def _words(column: Column, value: Any) -> Iterable[str]:
    field = column.field
    if field.kind in _NAMES:
        return words.of_name(str(value))
    if field.kind == "address":
        return _of_place(value)
    shown = (
        {field.show(value, "zh_CN"), field.show(value, "en")}
        if field.kind.endswith("choice")
        else {field.show(value, "zh_CN")}
    )
    return [word for text in shown for word in words.of_text(text)]

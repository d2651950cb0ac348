"""What devices measure of somebody's body stands sealed beside what else they say: pulse, blood pressure, weight and the like (`points.BODY`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

import peewee

from backend.core import crypto
from iot.points import BODY

T = TypeVar("T")


class Sealed(peewee.BlobField):
    """JSON by Point, sealed with the current data key, bound to `table.column`; read back as a dict."""

    @property
    def place(self) -> bytes:
        return f"{self.model._meta.table_name}.{self.column_name}".encode()

    def seal(self, value: Mapping[str, Any]) -> bytes:
        return crypto.seal(value, self.place)

    def db_value(self, value: Mapping[str, Any] | None) -> Any:
        return None if value is None else super().db_value(self.seal(value))

    def python_value(self, value: Any) -> dict[str, Any] | None:
        return None if value is None else crypto.unseal(value, self.place)  # type: ignore[no-any-return]


def parted(values: Mapping[str, T]) -> tuple[Mapping[str, T], Mapping[str, T] | None]:
    """(what may lie open, what is sealed; None where that is nothing)."""
    if BODY.isdisjoint(values):
        return values, None
    body = {name: said for name, said in values.items() if name in BODY}
    return {name: said for name, said in values.items() if name not in BODY}, body


def whole(values: Mapping[str, T], body: Mapping[str, T] | None) -> Mapping[str, T]:
    """The inverse of `parted`."""
    return {**values, **body} if body else values

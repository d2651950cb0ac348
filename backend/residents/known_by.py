"""Residents found by what a list of strangers says of them: the number of a document, a telephone number, an e-mail address."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import peewee

from backend.core import access
from backend.core.access import Actor
from backend.fields.id_number import ID_TYPES
from backend.fields.plain import half_width
from backend.residents import file
from backend.residents.models import Resident

AT_ONCE = 500


def documents(actor: Actor, numbers: Iterable[str]) -> dict[str, int]:
    """By document number as written, those whom the actor may read."""
    indexes = {
        file.id_index(t.value, _plain(number)): number
        for number in numbers
        if _plain(number)
        for t in ID_TYPES
    }
    mine = Resident.org_id.in_(access.org_ids(actor, "resident.read"))
    return _found(Resident.id_index, indexes, mine)


def mobiles(numbers: Iterable[str]) -> dict[str, int]:
    """By mobile number (E.164) in their file, proven or not; one that several have is nobody's."""
    return _found(Resident.mobile_index, {file.mobile_index(n): n for n in numbers})


def emails(addresses: Iterable[str]) -> dict[str, int]:
    """The same by e-mail address."""
    return _found(Resident.email_index, {file.email_index(a): a for a in addresses})


def _found(column: Any, said: Mapping[str, str], among: Any = None) -> dict[str, int]:
    found: dict[str, int] = {}
    wanted: Sequence[str] = list(said)
    for start in range(0, len(wanted), AT_ONCE):
        which = column.in_(wanted[start : start + AT_ONCE]) & (Resident.status != "erased")
        query = Resident.select(column, peewee.fn.MIN(Resident.id))
        rows: Any = query.where(which if among is None else which & among).group_by(column)
        for index, number in rows.having(peewee.fn.COUNT(Resident.id) == 1).tuples():
            found[said[index]] = number
    return found


def _plain(number: str) -> str:
    return half_width(number).upper().replace(" ", "")

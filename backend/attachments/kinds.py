"""Which subjects files may lie on, and who may see and change them: each domain registers its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from backend.core import access
from backend.core.access import Actor
from backend.core.errors import NotFound

OrgOf = Callable[[int], int]


@dataclass(frozen=True, slots=True)
class Kind:
    """`org_of(number)` is the Org that the subject belongs to now; it raises NotFound."""

    read: str
    change: str
    org_of: OrgOf


_KINDS: dict[str, Kind] = {}


def register(kind: str, read_permission: str, change_permission: str, org_of: OrgOf) -> None:
    """At import. `register("request", "request.read", "request.comment", queries.org_of)`."""
    _KINDS[kind] = Kind(read_permission, change_permission, org_of)


def reached(actor: Actor, subject: str, act: str) -> int:
    """The Org of a subject that the actor may "read" or "change". Raises NotFound, also for what she may not even read:
    it is not told that it is there; Forbidden where she may only read."""
    kind, _colon, number = subject.partition(":")
    found = _KINDS.get(kind)
    # Another way of writing the number would be another place to keep files at, one that no erasure knows of.
    if found is None or not number.isdecimal() or number != str(int(number)):
        raise NotFound()
    org_id = found.org_of(int(number))
    if not access.may(actor, found.read, org_id):
        raise NotFound()
    if act == "change":
        access.check(actor, found.change, org_id)
    return org_id


def may(actor: Actor, subject: str, act: str) -> bool:
    """Whether the actor may "read" or "change" what lies on the subject."""
    kind, _colon, number = subject.partition(":")
    found = _KINDS[kind]
    return access.may(actor, found.change if act == "change" else found.read, found.org_of(int(number)))

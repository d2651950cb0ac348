"""Which subjects files may lie on, and who may see and change them: each domain registers its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from backend.core import access
from backend.core.access import Actor
from backend.core.errors import NotFound
from backend.core.i18n import Text

OrgOf = Callable[[int], int]


@dataclass(frozen=True, slots=True)
class Kind:
    """`org_of(number)` is the Org that the subject belongs to now; it raises NotFound. `add` is what somebody needs who only adds
    files, `change` who takes them away."""

    read: str
    change: str
    add: str
    org_of: OrgOf


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A photo that a domain keeps of the subject itself, such as one that came in a conversation: `url` shows it."""

    url: str
    label: Text
    at: datetime


_KINDS: dict[str, Kind] = {}
_ALSO: dict[str, Callable[[int], Sequence[Elsewhere]]] = {}


def register(
    kind: str, read_permission: str, change_permission: str, org_of: OrgOf, *, add: str | None = None
) -> None:
    """At import. `register("request", "request.read", "request.comment", queries.org_of)`; `add` where less is needed to add."""
    _KINDS[kind] = Kind(read_permission, change_permission, add or change_permission, org_of)


def also(kind: str, photos: Callable[[int], Sequence[Elsewhere]]) -> None:
    """At import: photos of a subject that its domain keeps stand among its files, too."""
    _ALSO[kind] = photos


def elsewhere(subject: str) -> Sequence[Elsewhere]:
    """Checks no right."""
    kind, _colon, number = subject.partition(":")
    return _ALSO[kind](int(number)) if kind in _ALSO else ()


def reached(actor: Actor, subject: str, act: str) -> int:
    """The Org of a subject that the actor may "read", "add" to or "change". Raises NotFound, also for what she may not even read:
    it is not told that it is there; Forbidden where she may only read."""
    kind, _colon, number = subject.partition(":")
    found = _KINDS.get(kind)
    # Another way of writing the number would be another place to keep files at, one that no erasure knows of.
    if found is None or not number.isdecimal() or number != str(int(number)):
        raise NotFound()
    org_id = found.org_of(int(number))
    if not access.may(actor, found.read, org_id):
        raise NotFound()
    if act != "read":
        access.check(actor, found.change if act == "change" else found.add, org_id)
    return org_id


def may(actor: Actor, subject: str, act: str) -> bool:
    """Whether the actor may "read", "add" to or "change" what lies on the subject."""
    kind, _colon, number = subject.partition(":")
    found = _KINDS[kind]
    needed = {"read": found.read, "add": found.add, "change": found.change}[act]
    return access.may(actor, needed, found.org_of(int(number)))

"""Built-in tables: a domain says which of its own Fields its rows show, and how a row is written by its own actions.

The domain keeps its truth in its own tables. Whenever a row of it changes, it gives the row's face to `store.put`, in the same
transaction; what staff add in columns of their own lives on the face alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from backend.core.access import Actor
from backend.core.errors import LinliError, NotFound
from backend.core.i18n import Text
from backend.fields.base import Field


@dataclass(frozen=True, slots=True)
class BuiltIn:
    """A column whose values the domain gives; not `writable`: it is shown and found here, and changed elsewhere."""

    field: Field
    keyword: bool = False
    indexed: bool = False
    writable: bool = True


@dataclass(frozen=True, slots=True)
class Wanted:
    """A row to be written: `subject_id` None for a new one; `values` are parsed, by column key, only what changes. None empties.
    `more`: what staff's own columns say of a new one, to be put on its face."""

    org_id: int
    subject_id: int | None
    values: Mapping[str, Any]
    why: str = ""
    more: Mapping[str, Any] = field(default_factory=dict)


Face = tuple[int, int, Mapping[str, Any], int | None]
"""What a domain's row shows: subject_id, org_id, all its built-in values, and the subject of the main table that it belongs to."""


KEPT = "•••"
"""What stands instead of a value that its person keeps to herself."""
Private = Callable[[Iterable[int]], Mapping[int, frozenset[str]]]
"""Of these subjects the columns that their person keeps to herself; those without any are absent."""


class Remove(Protocol):
    """Takes a subject that an import made away again, by the domain's own rules; raises a LinliError when it may not be."""

    def __call__(self, actor: Actor, subject_id: int, why: str) -> None: ...


class Writer(Protocol):
    """Writes rows by the domain's own rules and rights, inside the caller's transaction; for each either the subject's id, or
    the error that its person should read. The errors of one row leave the others as they are."""

    def __call__(self, actor: Actor, rows: Sequence[Wanted]) -> list[int | LinliError]: ...


@dataclass(frozen=True, slots=True)
class Handing:
    """How a domain gives one of its subjects to a staff member who holds `role`: by its own rules, raising a LinliError."""

    role: str
    give: Callable[[Actor, int, int], Any]


@dataclass(frozen=True, slots=True)
class Source:
    """`permissions` by act (read, change, create, delete); `endpoint` shows one subject and takes `arg`; `rebuild` gives the
    face of every subject, for when faces must be made anew; `parent`: rows are those of another built-in table; `private`: what nobody reads here, not even with a reason;
    `hiding`: the same for a column, as a SELECT of the subjects, None when it is nobody's;
    `handing`: how it has its own say in who is at work on a row; `hearing`: of these subjects, who are residents, those whom a notice
    may go to. `write` None: rows are not made or changed from here."""

    key: str
    title: Text
    columns: tuple[BuiltIn, ...]
    permissions: Mapping[str, str]
    endpoint: str
    arg: str
    order: int
    rebuild: Callable[[], Iterable[Face]]
    write: Writer | None = None
    remove: Remove | None = None
    parent: str | None = None
    private: Private | None = None
    hiding: Callable[[str], str | None] | None = None
    handing: Handing | None = None
    hearing: Callable[[Iterable[int]], set[int]] | None = None


_sources: dict[str, Source] = {}


def register(source: Source) -> None:
    """Make a domain's rows a table of the dynamic database."""
    _sources[source.key] = source


def find(key: str) -> Source | None:
    return _sources.get(key)


def by_key(key: str) -> Source:
    """Raises NotFound."""
    if key not in _sources:
        raise NotFound()
    return _sources[key]


def all_keys() -> list[str]:
    return sorted(_sources, key=lambda key: (_sources[key].order, key))

"""Where rows to print come from: each domain registers its own. A template knows only columns and texts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from backend.core import access
from backend.core.access import Actor
from backend.core.errors import NotFound
from backend.core.i18n import Text
from backend.printing.columns import Column, Columns

Row = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Hearing:
    """How rows are told to the people whose they are. `people(ids)` is the resident by row id, absent where it is nobody's;
    `rows(actor, ids, locale, keys)` the shown values of these columns by row id, as far as the actor may tell them: what is
    sensitive is masked, what she keeps to herself absent. `addresses(ids)` is the Identity that a row itself names, by row id."""

    people: Callable[[Sequence[int]], dict[int, int]]
    rows: Callable[[Actor, Sequence[int], str, frozenset[str]], dict[int, Row]]
    addresses: Callable[[Sequence[int]], dict[int, int]] = lambda _ids: {}


@dataclass(frozen=True, slots=True)
class RowSource:
    """Rows of one kind, as an actor may see them.

    `permission` is needed somewhere to print them at all. `columns(actor)` are what templates may ask for. `allowed(actor, ids)`
    are those of the ids that the actor may print, in the order they are printed in; `rows(actor, ids, locale, in_full)`
    yields a row (or several) for each of them: its shown values by column key. Sensitive ones are masked, save with `in_full`
    those that the actor may take along: it is set for the file, whose taking stands in the log, and never for a look. `recent(actor)` are some ids to
    try a template with. `url` is the endpoint of the list where rows are chosen. `hearing` is there where something can be said
    to the rows' people.
    """

    title: Text
    permission: str
    columns: Callable[[Actor], Sequence[Column]]
    allowed: Callable[[Actor, Sequence[int]], list[int]]
    rows: Callable[[Actor, Sequence[int], str, bool], Iterable[Row]]
    recent: Callable[[Actor], list[int]]
    url: str
    hearing: Hearing | None = None


@dataclass(frozen=True, slots=True)
class Family:
    """Kinds `<prefix>:<name>` that come and go at run time: `titles(actor)` of those that the actor may print, by name, and the
    `source` of one name, which raises NotFound."""

    titles: Callable[[Actor], dict[str, Text]]
    source: Callable[[str], RowSource]


_sources: dict[str, RowSource] = {}
_families: dict[str, Family] = {}


def register(kind: str, source: RowSource) -> None:
    """At import. `kind` is what templates and batches call it, e.g. "resident"."""
    _sources[kind] = source


def register_family(prefix: str, family: Family) -> None:
    """At import, too."""
    _families[prefix] = family


def find(kind: str) -> RowSource:
    """Raises NotFound."""
    prefix, colon, name = kind.partition(":")
    if colon and prefix in _families:
        return _families[prefix].source(name)
    if kind not in _sources:
        raise NotFound()
    return _sources[kind]


def titles(actor: Actor) -> dict[str, Text]:
    """The kinds that this actor may print, with what they are called."""
    found = {kind: s.title for kind, s in _sources.items() if access.may(actor, s.permission)}
    for prefix, family in _families.items():
        found |= {f"{prefix}:{name}": title for name, title in family.titles(actor).items()}
    return found


def columns(actor: Actor, kind: str) -> Columns:
    """What a template for `kind` may ask for; of no kind, or of one that the actor may not print: only our own words.
    Raises NotFound."""
    if not kind:
        return Columns(())
    source = find(kind)
    return Columns(source.columns(actor) if access.may(actor, source.permission) else ())


def sample(found: Columns, locale: str) -> dict[str, str]:
    """A row that shows where each value stands: its column's label in brackets."""
    return {c.key: "" if c.photo else f"〔{found.label(c.key, locale)}〕" for c in found.all}

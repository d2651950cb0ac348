"""One message to the people of many rows: its text holds {names of columns}, which say for each what her row says.

A person gets it once, however many of the rows are hers: the key of her Message is made of the act and her id, so that neither a second
click nor a worker that was killed repeats it. Who took her consent back, has no address or whose row lacks what the text needs gets none.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from backend.core import access
from backend.core.access import Actor
from backend.core.errors import Conflict, Invalid
from backend.core.i18n import LANGUAGES, _, render
from backend.fields.words import Words
from backend.messaging import Resident, people, say
from backend.records import hearers, reading, state, store
from backend.records.state import AT_ONCE, State
from backend.records.tables import Column, Table

LONGEST = 1_000
"""Characters of the text."""
SHOWN = 3
"""Messages that are looked at before they go out."""
NAMED = 10
"""Rows without a value that are named."""
RIGHT = "message.say"
_PLACE = re.compile(r"\{([^{}\n]{1,80})\}")


@dataclass(frozen=True, slots=True)
class Example:
    """A message as one person would get it."""

    row: State
    name: str
    channel: str
    text: str


@dataclass
class Outlook:
    """What would come of it: people by the channel that each is written to first; why others get none (see `counted`)."""

    channels: Counter[str] = field(default_factory=Counter)
    left_out: Counter[str] = field(default_factory=Counter)
    lacking: Counter[str] = field(default_factory=Counter)
    """Rows by the placeholder that they have no value for."""
    rows_lacking: list[tuple[State, str]] = field(default_factory=list)
    examples: list[Example] = field(default_factory=list)

    @property
    def people(self) -> int:
        return self.channels.total()


def columns_of(table: Table, text: str) -> dict[str, Column]:
    """The columns that the text names in braces, by what stands there. Raises Invalid for a name that is none."""
    found: dict[str, Column] = {}
    named = {render(c.label, code).casefold(): c for code in LANGUAGES for c in reversed(table.open)}
    for said in _PLACE.findall(text):
        name = said.strip()
        column = named.get(name.casefold()) or table.by_key.get(name)
        if column is None or column.retired:
            raise Invalid(_("There is no column named “{name}”.", name=name), "text")
        found[said] = column
    return found


def checked(table: Table, text: str) -> str:
    """The text as it is kept. Raises Invalid."""
    text = text.strip()
    if not text:
        raise Invalid(_("What shall the message say?"), "text")
    if len(text) > LONGEST:
        raise Invalid(_("This is longer than {n} characters.", n=LONGEST), "text")
    columns_of(table, text)
    return text


def outlook(actor: Actor, table: Table, ids: Sequence[int], text: str) -> Outlook:
    """What sending the text to the people of these rows would do, without sending anything."""
    found, told = Outlook(), set[int]()
    used = columns_of(table, text)
    for part in _parts(ids):
        said, why = _divided(actor, table, part, used)
        for row, reason, lacks in why:
            found.left_out[reason] += 1
            for name in lacks:
                found.lacking[name] += 1
                if len(found.rows_lacking) < NAMED:
                    found.rows_lacking.append((row, name))
        reached = people.reached([person for person, _row in said])
        for person, row in said:
            if person in told:
                found.left_out["again"] += 1
                continue
            told.add(person)
            found.channels[reached[person][0]] += 1
            if len(found.examples) < SHOWN:
                channel, locale = reached[person]
                name = reading.title(table, row, locale)
                found.examples.append(Example(row, name, channel, _filled(table, row, text, used, locale)))
    return found


def send(actor: Actor, table: Table, ids: Sequence[int], text: str, run_id: int) -> Counter[str]:
    """Say it to the people of these rows, inside the caller's transaction: how many were told, and why others were not."""
    used = columns_of(table, text)
    said, why = _divided(actor, table, ids, used)
    counts = Counter(reason for _row, reason, _lacks in why)
    reached = people.reached([person for person, _row in said])
    for person, row in said:
        words = Words(_filled(table, row, text, used, reached[person][1]))
        message = say(
            Resident(person), words, purpose="notice", queue="bulk", dedupe=f"notice:{run_id}:{person}",
            about=f"notice:{run_id}",
        )  # fmt: skip
        counts["again" if message is None else "told"] += 1
    return counts


def _divided(
    actor: Actor, table: Table, ids: Sequence[int], used: Mapping[str, Column]
) -> tuple[list[tuple[int, State]], list[tuple[State, str, list[str]]]]:
    """(person, row) of those who can be told, and (row, why, what is missing) of the others."""
    source = hearers.source_of(table)
    if source is None or source.hearing is None:
        raise Conflict(_("Rows of this table are nobody’s who could be written to."))
    rows = [row for row in state.read_ids(ids) if row.table_id == table.id and row.deleted_at is None]
    whose = hearers.people(table, rows)
    known = sorted(set(whose.values()))
    hear, reached = source.hearing(known), people.reached(known)
    reach = {o: access.may(actor, RIGHT, o) for o in {row.org_id for row in rows}}
    private = reading.private_of(table, rows)
    said: list[tuple[int, State]] = []
    why: list[tuple[State, str, list[str]]] = []
    for row in rows:
        person = whose.get(row.id or 0)
        kept = reading.kept_of(row, private)
        values = store.values_of(table, row)
        lacks = [name for name, c in used.items() if values.get(c.key) in (None, "") or c.key in kept]
        if person is None or person not in hear or not reach[row.org_id]:
            why.append((row, "silent", []))
        elif person not in reached:
            why.append((row, "unreachable", []))
        elif lacks:
            why.append((row, "lacking", lacks))
        else:
            said.append((person, row))
    return said, why


def _filled(table: Table, row: State, text: str, used: Mapping[str, Column], locale: str) -> str:
    shown = reading.shown(table, row, used.values(), locale)
    return _PLACE.sub(lambda place: shown[used[place[1]].key], text)


def _parts(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(ids), AT_ONCE):
        yield ids[start : start + AT_ONCE]

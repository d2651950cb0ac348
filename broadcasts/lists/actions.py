"""Lists of people from files, as acts of staff: begun and understood. Who reads and matches them is `lists_work`, how long they are
kept `lists_keeping`.

chosen (the file is here) → reading → matching → ready; or failed, and cleared when it is old.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import islice
from typing import Any

import orjson

from backend.core import access, audit, clock, jobs, live, media
from backend.core.access import Actor
from backend.core.db import after_commit, is_postgres, transaction
from backend.core.errors import Conflict, Invalid, NotFound
from backend.core.i18n import Msg, Text, _, text_to_json
from backend.sheets import cells, reading
from backend.sheets.cells import Cell
from backend.sheets.layout import Header
from backend.sheets.reading import Book, SheetInfo
from broadcasts.lists.columns import (
    DOCUMENT,
    EMAIL,
    MOST_COLUMNS,
    NUMBER,
    PHONE,
    ROLES,
    SINGLE,
    Layout,
    guessed,
)
from broadcasts.models import AudienceList

RIGHT = "list.write"
CHOSEN, READING, MATCHING, READY, FAILED, CLEARED = (
    "chosen",
    "reading",
    "matching",
    "ready",
    "failed",
    "cleared",
)
WORDS: dict[str, tuple[Msg, str]] = {
    CHOSEN: (_("Waits to be set up"), "attention"),
    READING: (_("Being read"), "calm"),
    MATCHING: (_("Looking for the people"), "calm"),
    READY: (_("Ready to be used"), "good"),
    FAILED: (_("Could not be read"), "urgent"),
    CLEARED: (_("Cleared"), "calm"),
}
"""What each state is called, and its tone."""
WORKING = (READING, MATCHING)
WORK, QUEUE = "broadcasts.lists.work.work", "bulk"
SAMPLE = 200
"""Rows that the meaning of columns is guessed from."""


def visible(actor: Actor, state: str = "") -> Any:
    """A query of the lists that the actor may see, the newest first; with `state` those that stand so."""
    mine = AudienceList.org_id.in_(access.org_ids(actor, RIGHT))
    if state:
        mine &= AudienceList.state == state
    return AudienceList.select().where(mine).order_by(AudienceList.id.desc())


def seen(actor: Actor, list_id: int, *, lock: bool = False) -> AudienceList:
    """Raises NotFound, also for one that the actor may not see."""
    found = locked(list_id) if lock else AudienceList.get_or_none(AudienceList.id == list_id)
    if found is None or not access.may(actor, RIGHT, found.org_id):
        raise NotFound()
    return found


def usable(actor: Actor, list_id: int) -> AudienceList:
    """A list whose people can be told something. Raises NotFound, Invalid."""
    found = seen(actor, list_id)
    if found.state != READY:
        raise Invalid(_("The list “{name}” is not ready, or was cleared.", name=found.name), "audience")
    return found


def locked(list_id: int) -> AudienceList | None:
    """The list, which nobody else changes until the transaction ends."""
    query = AudienceList.select().where(AudienceList.id == list_id)
    found: AudienceList | None = (query.for_update() if is_postgres() else query).first()
    return found


def begin(actor: Actor, org_id: int, name: str, file_name: str, data: bytes) -> AudienceList:
    """From the bytes of a workbook or text file. Raises Forbidden, Invalid with words for the sender."""
    access.check(actor, RIGHT, org_id)
    book = reading.opened(data, file_name)
    likely = max(book.sheets, key=lambda s: (not s.hidden, s.rows * bool(s.header())))
    layout = laid(book.sheets, likely.index, None, book.encoding)
    title = name.strip() or file_name.rpartition(".")[0] or file_name or "–"
    now = clock.now()
    with transaction():
        made: AudienceList = AudienceList.create(
            org_id=org_id, name=title[:80], file_name=file_name[:200], choices=layout.to_json(),
            preview=_previewed(book.sheets), columns=[], state=CHOSEN, by_id=actor.id, by_name=actor.name[:80],
            created_at=now, changed_at=now,
        )  # fmt: skip
        made.file_key = media.keep(data, "application/octet-stream", f"list:{made.id}")
        made.save(only=(AudienceList.file_key,))
        audit.record(actor, "list.begin", subject(made), org_id=org_id, after={"name": made.name})
    return made


def laid(sheets: Sequence[SheetInfo], sheet: int, header: int | None, encoding: str | None) -> Layout:
    """How this sheet is most likely understood. Raises Invalid."""
    info = next((s for s in sheets if s.index == sheet), sheets[0])
    found = info.header(header)
    if found is None:
        raise Invalid(_("We found no names of columns there. Please choose another row or sheet."), "header")
    columns = tuple(found.names.items())[:MOST_COLUMNS]
    bare = Layout(info.index, found.row, found.last, encoding, columns)
    return with_roles(bare, guessed([name for _p, name in columns], sample(info, bare, SAMPLE)))


def recode(actor: Actor, list_id: int, encoding: str) -> AudienceList:
    """A text file's characters are read in another encoding. Raises Invalid when they cannot be."""
    with transaction():
        found = _in(seen(actor, list_id, lock=True), CHOSEN)
        book = book_of(found, encoding)
        found.preview = _previewed(book.sheets)
        found.choices = laid(book.sheets, book.sheets[0].index, None, encoding).to_json()
        found.save(only=(AudienceList.preview, AudienceList.choices))
    return found


def settle(actor: Actor, list_id: int, layout: Layout) -> AudienceList:
    """This is what its columns are: read it. Raises NotFound, Conflict, Invalid."""
    roles = [r for r in layout.roles if r in SINGLE]
    if len(layout.roles) != len(layout.columns) or set(layout.roles) - set(ROLES):
        raise Invalid(_("Please choose one."), "roles")
    if len(roles) != len(set(roles)):
        raise Invalid(_("Two columns cannot be the same way to know or reach people."), "roles")
    if not set(roles) & {PHONE, EMAIL, DOCUMENT, NUMBER}:
        raise Invalid(
            _("Which column says where people are reached, or who they are? Please choose one."), "roles"
        )
    with transaction():
        found = _in(seen(actor, list_id, lock=True), CHOSEN)
        found.choices = layout.to_json()
        found.columns = [[key, name] for _n, key, name in layout.values]
        # Who settles it answers for it: residents are looked for with her rights.
        found.by_id, found.by_name = actor.id, actor.name[:80]
        found.save()
        move(found, READING)
        after_commit(lambda: nudge(list_id))
    return found


def subject(of: AudienceList) -> str:
    """What the audit log calls it."""
    return f"list:{of.id}"


def layout_of(of: AudienceList) -> Layout:
    return Layout.from_json(of.choices)


def preview(of: AudienceList) -> list[SheetInfo]:
    """The sheets as they were looked at when it came."""
    return [
        SheetInfo(
            s["index"], s["name"], s["rows"], s["columns"], tuple(cells.loaded(s["first"])), s["hidden"]
        )
        for s in (orjson.loads(of.preview) if of.preview else [])
    ]


def sample(info: SheetInfo, layout: Layout, most: int) -> list[list[Cell]]:
    """The first rows under the names of the columns."""
    under = reading.records(info.first, header_of(layout), [place for place, _name in layout.columns])
    return [row for _number, row in islice(under, most)]


def book_of(of: AudienceList, encoding: str | None) -> Book:
    data, _type = media.load(of.file_key or "")
    return reading.opened(data, of.file_name, encoding)


def header_of(layout: Layout) -> Header:
    return Header(layout.header, layout.last, dict(layout.columns))


def with_roles(layout: Layout, roles: Sequence[str]) -> Layout:
    return replace(layout, roles=tuple(roles))


def move(of: AudienceList, state: str, problem: Text | None = None) -> None:
    """Into another state, inside the caller's transaction."""
    of.state, of.changed_at = state, clock.now()
    of.problem = None if problem is None else text_to_json(problem)
    of.save()
    tell(of)


def drop_file(of: AudienceList) -> None:
    """Nothing of the file is kept but its rows."""
    if of.file_key:
        media.forget(of.file_key)
    of.file_key = of.preview = None
    of.save(only=(AudienceList.file_key, AudienceList.preview))


def nudge(list_id: int) -> None:
    """A worker looks at it soon."""
    jobs.ask(QUEUE, WORK, list_id, once=True)


def tell(of: AudienceList) -> None:
    """Pages that show it look again."""
    live.publish(live.ADMIN, {"kind": "list", "id": of.id})


def _in(of: AudienceList, *states: str) -> AudienceList:
    if of.state not in states:
        raise Conflict(_("This has moved on in the meantime. Please look at it again."))
    return of


def _previewed(sheets: Sequence[SheetInfo]) -> str:
    return orjson.dumps(
        [
            {
                "index": s.index, "name": s.name, "rows": s.rows, "columns": s.columns, "hidden": s.hidden,
                "first": cells.dumped(s.first),
            }
            for s in sheets
        ]
    ).decode()  # fmt: skip

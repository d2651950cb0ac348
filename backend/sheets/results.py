"""What came of an import's rows: the wrong ones with what is wrong, on a page and as a workbook to correct; and when it is forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import orjson

from backend.core import clock
from backend.core.db import transaction
from backend.core.i18n import Text, _, render
from backend.sheets import cells, runs, states
from backend.sheets.cells import Cell
from backend.sheets.choices import Choices
from backend.sheets.models import ImportPart, ImportRun
from backend.web.workbook import Look, Marked, Sheet

KEPT = timedelta(days=7)
"""How long a file waits to be brought in, and rows to be corrected."""


@dataclass(frozen=True, slots=True)
class Wrong:
    """A row of the file; `notes` are what is wrong, with the place of its cell among `cells` (None: the whole row)."""

    number: int
    cells: list[Cell]
    notes: tuple[tuple[int | None, Text], ...]


def wrong(run: ImportRun, start: int = 0, most: int = 50) -> list[Wrong]:
    """Some of the wrong rows, in the order of the file."""
    found: list[Wrong] = []
    skipped = 0
    for row in every_wrong(run):
        if skipped < start:
            skipped += 1
            continue
        found.append(row)
        if len(found) >= most:
            break
    return found


def every_wrong(run: ImportRun) -> Iterator[Wrong]:
    """All wrong rows, in the order of the file."""
    places = {key: place for place, key in Choices.from_json(run.choices).meanings.items()}
    parts: Any = ImportPart.select(ImportPart.id).where(
        (ImportPart.run == run.id) & ImportPart.wrong.is_null(False)
    )
    for (part_id,) in list(parts.order_by(ImportPart.number).tuples()):
        part = ImportPart.get_by_id(part_id)
        said = orjson.loads(part.wrong)
        for number, row in rows_of(part):
            if notes := said.get(str(number)):
                yield Wrong(number, row, tuple((places.get(key), text) for key, text in notes.items()))


def rows_of(part: ImportPart) -> list[tuple[int, list[Cell]]]:
    """The numbered rows of a part."""
    return cells.loaded(part.cells)


def annotated(run: ImportRun, locale: str) -> Sheet:
    """The wrong rows as they are in the file, each bad cell coloured with a note, and a last column that says what is wrong: to be
    corrected and brought in again."""
    names = [name for _place, name in Choices.from_json(run.choices).columns]
    headers = [*names, render(_("Row"), locale), render(_("What is wrong"), locale)]
    # Long numbers stay as they were typed when the file is corrected.
    looks = {place: Look(text=True) for place in range(len(names))}
    return Sheet(run.name, headers, _marked(run, names, locale), looks)


def _marked(run: ImportRun, names: list[str], locale: str) -> Iterator[list[Cell | Marked]]:
    for row in every_wrong(run):
        line: list[Cell | Marked] = [row.cells[p] if p < len(row.cells) else None for p in range(len(names))]
        said = []
        for place, text in row.notes:
            note = render(text, locale)
            said.append(f"{names[place]}: {note}" if place is not None else note)
            if place is not None:
                line[place] = Marked(row.cells[place] if place < len(row.cells) else None, note)
        yield [*line, row.number, "\n".join(said)]


def sweep() -> int:
    """Forget the rows of files that nobody came back to; how many imports that were. What was brought in can still be undone."""
    old: Any = ImportRun.select(ImportRun.id).where(
        ImportRun.state.not_in(states.WORKING), ImportRun.changed_at < clock.now() - KEPT
    )
    swept = 0
    for (run_id,) in list(old.tuples()):
        with transaction():
            run = runs.locked(run_id)
            if run is None or run.state in states.WORKING:
                continue
            if run.batch_id is None:
                runs.drop_file(run)
                run.delete_instance(recursive=True)
                swept += 1
            else:
                runs.drop_file(run)
                swept += bool(ImportPart.delete().where(ImportPart.run == run.id).execute())
    return swept

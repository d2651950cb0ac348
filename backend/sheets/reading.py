"""Books of strangers: workbooks and text files as sheets of numbered rows of plain cells, read lazily and within bounds."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import IO, Any

import orjson

from backend.core.errors import Invalid
from backend.sheets import decoding, guarding, layout, text_files
from backend.sheets.cells import Cell, tidy
from backend.sheets.layout import Header

Row = tuple[int, list[Cell]]
"""Its number in the file, from 1, and its cells."""
_PROGRAM = Path(decoding.__file__)
_SAYS = {"password": guarding.PASSWORD, "broken": guarding.BROKEN, "size": guarding.TOO_LARGE}


@dataclass(frozen=True, slots=True)
class SheetInfo:
    """`rows` and `columns` as the file claims (rows of a text file: what was looked at); `first` rows for choosing."""

    index: int
    name: str
    rows: int
    columns: int
    first: tuple[Row, ...]
    hidden: bool = False

    def header(self, at: int | None = None) -> Header | None:
        """Where the names of the columns stand; `at` is the row that the reader says."""
        return layout.header(self.first, at)


@dataclass(frozen=True)
class Book:
    """`encoding` of a text file, None for a workbook."""

    data: bytes
    sheets: tuple[SheetInfo, ...]
    encoding: str | None = None

    def rows(self, index: int) -> Iterator[Row]:
        """All rows of a sheet that say something, in order. Raises Invalid when the file turns out to be damaged."""
        return _tidied(
            text_files.rows(self.data, self.encoding) if self.encoding else _decoded(self.data, index)
        )


def opened(data: bytes, name: str = "", encoding: str | None = None) -> Book:
    """The book in the bytes of a file; `name` is what its sender calls it, and names the sheet of a text file. Raises Invalid,
    with words for the sender."""
    if guarding.kind_of(data) == "text":
        chosen = encoding or text_files.encoding_of(data)
        looked = islice(_tidied(text_files.rows(data, chosen)), decoding.SAMPLE)
        first = tuple((number, _shown(cells)) for number, cells in looked)
        if not first:
            raise Invalid(guarding.EMPTY)
        lines = data.count(b"\n") + 1
        title = Path(name).stem[:60] or "1"
        return Book(data, (SheetInfo(0, title, lines, max(len(r) for _n, r in first), first),), chosen)
    sheets = tuple(
        SheetInfo(
            found["index"], found["name"], found["rows"], found["columns"],
            tuple(_tidied(enumerate(found["first"], 1))), found["hidden"],
        )
        for found in _run(data, "sheets")
    )  # fmt: skip
    if not any(sheet.first for sheet in sheets):
        raise Invalid(guarding.EMPTY)
    return Book(data, tuple(s for s in sheets if s.first))


def records(rows: Iterable[Row], header: Header, columns: Sequence[int]) -> Iterator[Row]:
    """The rows under the header, each with the cells of these columns."""
    for number, cells in rows:
        if number > header.last:
            found = [cells[c] if c < len(cells) else None for c in columns]
            if any(c is not None for c in found):
                yield number, found


def _shown(cells: list[Cell]) -> list[Cell]:
    longest = decoding.longest_shown(len(cells))
    return [c[:longest] if isinstance(c, str) else c for c in cells]


def _tidied(rows: Iterable[tuple[int, Sequence[Any]]]) -> Iterator[Row]:
    for number, raw in rows:
        cells = [tidy(c) for c in raw[: decoding.MOST_COLUMNS]]
        while cells and cells[-1] is None:
            cells.pop()
        if cells:
            yield number, cells


def _decoded(data: bytes, index: int) -> Iterator[tuple[int, list[Any]]]:
    number = 0
    for part in _run(data, "rows", str(index)):
        for row in part:
            number += 1
            yield number, row


def _run(data: bytes, *what: str) -> Iterator[Any]:
    """The lines that the decoder answers. It ends with its reader."""
    child = subprocess.Popen(  # noqa: S603 our own program
        [sys.executable, "-I", str(_PROGRAM), *what],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    if child.stdin is None or child.stdout is None:
        raise OSError("no pipes")
    threading.Thread(target=_feed, args=(child.stdin, data), daemon=True).start()
    try:
        for line in child.stdout:
            answer = _read(line)
            if isinstance(answer, dict) and "error" in answer:
                raise Invalid(_SAYS[answer["error"]])
            yield answer
        if child.wait() != 0:
            # The decoder fell over: out of memory or time, or a fault of its own.
            raise Invalid(guarding.TOO_LARGE if child.returncode < 0 else guarding.BROKEN)
    finally:
        child.kill()
        child.stdout.close()
        child.wait()


def _read(line: bytes) -> Any:
    try:
        return orjson.loads(line)
    except orjson.JSONDecodeError:
        # It fell over while it told.
        raise Invalid(guarding.TOO_LARGE) from None


def _feed(pipe: IO[bytes], data: bytes) -> None:
    try:
        with pipe:
            pipe.write(data)
    except BrokenPipeError:
        pass  # it has seen enough

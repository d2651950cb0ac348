"""Tables as text: .csv, .tsv and what else people call so, in the encodings that Chinese offices use. Pure."""

from __future__ import annotations

import codecs
import csv
import io
from collections import Counter
from collections.abc import Iterator

from backend.core.errors import Invalid
from backend.core.i18n import _
from backend.sheets.guarding import TOO_LARGE

ENCODINGS = ("utf-8-sig", "gb18030", "big5", "utf-16")
_DELIMITERS = ",\t;|，"
_LOOKED_AT = 64 * 1024
_LONGEST_CELL = 200_000
_LONGEST_LINE = 1_000_000
_MOST_LINES = 2_000_000
_WIDE = 40
"""In text of two bytes a character at least one byte of so many is 0: of the commas, figures and ends of lines."""
_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}


def encoding_of(data: bytes) -> str:
    """The encoding that the text is most likely in. Raises Invalid when it is in none that we know."""
    for mark, name in _MARKS.items():
        # A mark that was put before text of another encoding says nothing.
        if data.startswith(mark) and (mark != codecs.BOM_UTF8 or _reads(_whole(data), name)):
            return name
    data = data.removeprefix(codecs.BOM_UTF8)
    head = data[:_LOOKED_AT]
    even, odd = head[::2].count(0), head[1::2].count(0)
    wide = "utf-16-le" if odd >= even else "utf-16-be"
    if max(even, odd) * _WIDE > len(head) and _reads(data, wide):
        return wide
    if _reads(_whole(data), "utf-8"):
        return "utf-8"
    likely = [name for name in ("gb18030", "big5") if _reads(data, name)]
    if not likely:
        raise Invalid(
            _("We cannot tell which characters this file uses. Please save it as .xlsx, or as CSV UTF-8.")
        )
    return max(likely, key=lambda name: _commonness(head, name))


def rows(data: bytes, encoding: str | None = None) -> Iterator[tuple[int, list[str]]]:
    """Each line's number, from 1, and its cells. Raises Invalid: another encoding, a quotation mark that is never closed."""
    name = encoding or encoding_of(data)
    if not name.startswith("utf-16"):
        data = data.removeprefix(codecs.BOM_UTF8)
    try:
        text = codecs.decode(_whole(data) if name.startswith("utf-8") else data, name).removeprefix("\ufeff")
    except (UnicodeDecodeError, LookupError):
        raise Invalid(
            _("The characters of this file are not in that encoding. Please choose another.")
        ) from None
    delimiter, text = _delimited(text)
    csv.field_size_limit(_LONGEST_CELL)
    reader = csv.reader(_lines(text), delimiter=delimiter)
    try:
        for cells in reader:
            yield reader.line_num, cells
    except csv.Error:
        raise Invalid(
            _(
                "Line {n} cannot be read: a quotation mark may be missing. Please save the table as .xlsx and choose it again.",
                n=reader.line_num,
            )
        ) from None


def _lines(text: str) -> Iterator[str]:
    """Raises Invalid for what no table of people has: a line without end, lines without end."""
    for number, line in enumerate(io.StringIO(text, newline="")):
        if len(line) > _LONGEST_LINE or number >= _MOST_LINES:
            raise Invalid(TOO_LARGE)
        yield line


def _whole(data: bytes) -> bytes:
    """Without a last character that was cut off in the middle."""
    for back in range(1, min(4, len(data)) + 1):
        if data[-back] & 0xC0 == 0xC0:
            needed = 2 if data[-back] < 0xE0 else 3 if data[-back] < 0xF0 else 4
            return data[:-back] if back < needed else data
        if data[-back] & 0xC0 != 0x80:
            break
    return data


def _reads(data: bytes, name: str) -> bool:
    decoder = codecs.getincrementaldecoder(name)()
    try:
        for start in range(0, len(data), 1 << 20):
            decoder.decode(data[start : start + (1 << 20)])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _commonness(head: bytes, name: str) -> float:
    """How large a part of the characters is everyday ones of that encoding: both order them by how often they are used."""
    text = head.decode(name, "ignore")
    low, high, code = (0xB0, 0xD7, "gb2312") if name == "gb18030" else (0xA4, 0xC6, "big5")
    wide = [c for c in text if c > "\u2e80"]
    common = 0
    for character in wide:
        encoded = character.encode(code, "ignore")
        common += bool(encoded) and low <= encoded[0] <= high
    return common / len(wide) if wide else 0.0


def _delimited(text: str) -> tuple[str, str]:
    """The delimiter, and the text without Excel's own line that names it."""
    first, _newline, rest = text.partition("\n")
    if first.strip().lower().startswith("sep=") and len(first.strip()) == 5:
        return first.strip()[4], rest
    head = text[:_LOOKED_AT]
    return max(_DELIMITERS, key=lambda d: _evenness(head, d)), text


def _evenness(head: str, delimiter: str) -> tuple[float, int]:
    """How many of the first rows have the same number of cells, and how many cells that is."""
    csv.field_size_limit(_LONGEST_CELL)
    counts: Counter[int] = Counter()
    try:
        for cells in csv.reader(io.StringIO(head, newline=""), delimiter=delimiter):
            if any(cells):
                counts[len(cells)] += 1
            if counts.total() >= 50:
                break
    except csv.Error:
        return 0.0, 0
    usual, rows_ = max(((n, c) for n, c in counts.items() if n > 1), key=lambda pair: pair[1], default=(1, 0))
    return rows_ / max(counts.total(), 1), usual

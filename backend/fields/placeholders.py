"""The places of a template: `{{name}}`, `{{if name}} … {{else}} … {{end}}`, `{{qr:name}}`, `{{photo:name}}`, `{{today}}`.

Pure. A text, or a clean body of HTML, becomes parts once, and the parts are filled for each record. Words in the braces may be
English or Chinese; a column is called by its key or by its label in any language, however wide its letters are.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from backend.core.errors import Invalid
from backend.core.i18n import _


@dataclass(frozen=True, slots=True)
class Place:
    """`kind`: value, qr, photo. `text` stands for itself where it is not None (a quoted QR text, with {name} in it)."""

    kind: str
    name: str
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """One of two sequences, by a record's value of `name`: filled or not, or equal to `equals` or not."""

    name: str
    equals: str | None
    negated: bool
    then: tuple[Part, ...]
    otherwise: tuple[Part, ...]


Part = str | Place | Choice

_BLOCK = r"</?(?:p|div|table|thead|tbody|tr|td|th|h\d|li|ul|ol|section|header|footer|figure|blockquote)\b"
_TOKEN = re.compile(rf"\{{\{{((?:(?!\}}\}}|\{{\{{|{_BLOCK}).)*)\}}\}}|(<[^>]*>)", re.S)
_BRACES = re.compile(r"\{\{((?:(?!\}\}|\{\{|\n).)*)\}\}")
_LINE = re.compile(
    r"(?m)^[ \t]*(\{\{\s*(?:if\b|else\b|end\b|如果|否则|结束)(?:(?!\}\}|\n).)*\}\})[ \t]*(?:\n|\Z)"
)
_TAG = re.compile(r"<[^>]*>")
_TAG_NAME = re.compile(r"</?(\w+)")
_VOID = {"br", "hr", "img"}
_MARK = r"\{\{\s*(?:if\b|else\b|end\b|如果|否则|结束)(?:(?!\}\}|<).)*\}\}"
_SPACE = r"(?:\s|&nbsp;|<br>)*"
_ALONE = re.compile(rf"<(p|div)(?:\s[^>]*)?>{_SPACE}({_MARK}){_SPACE}</\1>", re.S)
_IF = re.compile(r"(?:if\s+|如果\s*)(not\s+|没有\s*)?(.+?)(?:\s*(!=|≠|=|＝)\s*(.+))?", re.S | re.I)
_ELSE = {"else", "否则"}
_END = {"end", "结束"}
_CODES = {"qr": "qr", "二维码": "qr", "photo": "photo", "照片": "photo"}
_QUOTED = re.compile(r"[\"“”'‘’](.+)[\"“”'‘’]", re.S)
_INNER = re.compile(r"\{([^{}]+)\}")
_DEEPEST = 20


@lru_cache(maxsize=1024)
def normal(name: str) -> str:
    """A name as it is compared: full-width letters, capitals and spaces make no difference."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", name)).casefold()


def parts(body: str) -> tuple[Part, ...]:
    """The parts of a clean body of HTML. Raises Invalid when a condition is not closed, or cuts an element in two."""
    return _read(_tokens(_ALONE.sub(r"\2", body)))


def text_parts(text: str) -> tuple[Part, ...]:
    """The parts of plain text, whose angle brackets mean nothing. A condition on a line of its own takes the line with it.
    Raises Invalid when a condition is not closed."""
    return _read(_text_tokens(_LINE.sub(r"\1", text)))


def _read(tokens: Iterator[tuple[str, str]]) -> tuple[Part, ...]:
    reader = _Reader(list(tokens))
    found = reader.sequence(0)
    if reader.closed_by:
        raise _stray(reader.closed_by)
    return found


def _stray(mark: str) -> Invalid:
    return Invalid(_("{mark} stands without its beginning.", mark=f"{{{{{mark}}}}}"), "body")


def _tokens(body: str) -> Iterator[tuple[str, str]]:
    """(kind, text): "tag", "text", or "place" with what stands between the braces, without tags and entities."""
    at = 0
    for match in _TOKEN.finditer(body):
        if match.start() > at:
            yield "text", body[at : match.start()]
        if match[2] is not None:
            yield "tag", match[2]
        else:
            inner = html.unescape(_TAG.sub("", match[1])).replace("\u200b", "").strip()
            if inner:
                yield "place", inner
            # Somebody made half of a name bold: what was opened or closed there still is.
            for tag in _TAG.findall(match[1]):
                yield "tag", tag
        at = match.end()
    if at < len(body):
        yield "text", body[at:]


def _text_tokens(text: str) -> Iterator[tuple[str, str]]:
    at = 0
    for match in _BRACES.finditer(text):
        if match.start() > at:
            yield "text", text[at : match.start()]
        if inner := match[1].strip():
            yield "place", inner
        at = match.end()
    if at < len(text):
        yield "text", text[at:]


class _Reader:
    """Walks the tokens; `closed_by` is the {{else}} or {{end}} at which the innermost sequence ended."""

    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self._tokens = iter(tokens)
        self.closed_by = ""

    def sequence(self, depth: int) -> tuple[Part, ...]:
        if depth > _DEEPEST:
            raise Invalid(_("These conditions are nested too deeply."), "body")
        found: list[Part] = []
        plain: list[str] = []
        opened: list[str] = []
        self.closed_by = ""
        for kind, text in self._tokens:
            word = text.strip().casefold()
            if kind == "place" and (word in _ELSE or word in _END):
                self.closed_by = word
                break
            if kind == "place":
                found += ["".join(plain)] if plain else []
                plain = []
                test = _IF.fullmatch(text)
                found.append(self._choice(test, text, depth) if test else _place(text))
            else:
                plain.append(text)
            if kind == "tag" and not _follow(opened, text) and depth:
                raise _cut()
        if opened and self.closed_by:
            raise _cut()
        return (*found, "".join(plain)) if plain else tuple(found)

    def _choice(self, test: re.Match[str], text: str, depth: int) -> Choice:
        negated, name, sign, equals = test.groups()
        then = self.sequence(depth + 1)
        otherwise: tuple[Part, ...] = ()
        if self.closed_by in _ELSE:
            otherwise = self.sequence(depth + 1)
            if self.closed_by in _ELSE:
                raise _stray(self.closed_by)
        if not self.closed_by:
            raise Invalid(
                _("{mark} has no end: please add {end}.", mark=f"{{{{{text}}}}}", end="{{end}}"), "body"
            )
        self.closed_by = ""
        no = bool(negated) != (sign in ("!=", "≠"))
        return Choice(name.strip(), equals.strip() if equals else None, no, then, otherwise)


def _cut() -> Invalid:
    return Invalid(
        _("A condition begins in one paragraph and ends in another. Put {mark} and {end} in lines of their own.", mark="{{if …}}", end="{{end}}"),
        "body",
    )  # fmt: skip


def _follow(opened: list[str], tag: str) -> bool:
    """Keep count of the open elements; False when one is closed that was not opened here."""
    match = _TAG_NAME.match(tag)
    name = match[1].lower() if match else ""
    if not name or name in _VOID:
        return True
    if not tag.startswith("</"):
        opened.append(name)
        return True
    if opened and opened[-1] == name:
        opened.pop()
        return True
    return False


def _place(text: str) -> Place:
    code, colon, argument = text.replace("：", ":", 1).partition(":")
    kind = _CODES.get(code.strip().casefold(), "value") if colon else "value"
    if kind == "value":
        return Place("value", text)
    argument = argument.strip()
    quoted = _QUOTED.fullmatch(argument)
    if kind == "qr" and (quoted or "://" in argument):
        return Place("qr", "", quoted[1] if quoted else argument)
    return Place(kind, argument)


def names(found: Iterable[Part]) -> list[str]:
    """Every name that the parts ask for, as written, each once, in their order."""
    seen: dict[str, str] = {}
    for name in _names(found):
        seen.setdefault(normal(name), name)
    return list(seen.values())


def _names(found: Iterable[Part]) -> Iterator[str]:
    for part in found:
        if isinstance(part, Place):
            if part.text is None:
                yield part.name
            else:
                yield from _INNER.findall(part.text)
        elif isinstance(part, Choice):
            yield part.name
            yield from _names(part.then)
            yield from _names(part.otherwise)


@dataclass(frozen=True, slots=True)
class Drawing:
    """How what is not text becomes HTML: a QR code of a text, the photo with a media key. `is_photo`: whether a name is that of a
    column of photos; a key that somebody typed into a text shows nobody else's."""

    qr: Callable[[str], str]
    photo: Callable[[str], str]
    is_photo: Callable[[str], bool]


def fill(found: Sequence[Part], value: Callable[[str], str], drawing: Drawing) -> str:
    """The HTML for one record. `value(name)` is its text, not escaped; "" when it has none."""
    out = []
    for part in found:
        if isinstance(part, str):
            out.append(part)
        elif isinstance(part, Choice):
            out.append(fill(part.then if _holds(part, value) else part.otherwise, value, drawing))
        elif part.kind == "qr":
            text = value(part.name) if part.text is None else _INNER.sub(lambda m: value(m[1]), part.text)
            out.append(drawing.qr(text) if text else "")
        elif part.kind == "photo":
            key = value(part.name) if drawing.is_photo(part.name) else ""
            out.append(drawing.photo(key) if key else "")
        else:
            out.append(html.escape(value(part.name)).replace("\n", "<br>"))
    return "".join(out)


def fill_text(found: Sequence[Part], value: Callable[[str], str]) -> str:
    """The plain text for one record. A picture has no place in it: `kinds` tells beforehand."""
    out = []
    for part in found:
        if isinstance(part, str):
            out.append(part)
        elif isinstance(part, Choice):
            out.append(fill_text(part.then if _holds(part, value) else part.otherwise, value))
        elif part.kind == "value":
            out.append(value(part.name))
    return "".join(out)


def kinds(found: Iterable[Part]) -> set[str]:
    """The kinds of places that the parts have: value, qr, photo."""
    have: set[str] = set()
    for part in found:
        if isinstance(part, Place):
            have.add(part.kind)
        elif isinstance(part, Choice):
            have |= kinds(part.then) | kinds(part.otherwise)
    return have


def needed(found: Iterable[Part]) -> list[str]:
    """The names that a record must have a value for: those that stand outside of conditions, as written, each once."""
    seen: dict[str, str] = {}
    for part in found:
        if isinstance(part, Place):
            for name in [part.name] if part.text is None else _INNER.findall(part.text):
                seen.setdefault(normal(name), name)
    return list(seen.values())


def _holds(choice: Choice, value: Callable[[str], str]) -> bool:
    given = value(choice.name).strip()
    held = bool(given) if choice.equals is None else normal(given) == normal(choice.equals)
    return held != choice.negated

"""Formulas as staff write them, as they are kept, and as CEL understands them. Pure.

Staff name a column or a sub-table by its label in braces, `{生日}`; kept are keys, `{c5}`, so that a new label breaks nothing. Full-width
signs, a leading `=`, a single `=`, `<>` and `if(a, b, c)` are taken as they are meant. All numbers are decimal ones: CEL adds no
whole number to another kind.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from backend.core.errors import Invalid
from backend.core.i18n import _

if TYPE_CHECKING:
    import cel

LONGEST = 1000
"""Characters of a formula."""
DEEPEST = 20
"""Brackets within brackets."""
ABOUT_SUBS = {"count": 1, "sum": 2, "average": 2, "least": 2, "most": 2, "latest": 2}
"""What may be asked of a sub-table, and of how many names: the sub-table, a column of it."""
BY_THE_CLOCK = frozenset({"today", "age", "days_since"})
_KEY = re.compile(r"[a-z][a-z0-9_]{0,31}")
_NATIVE = frozenset({"contains", "startsWith", "endsWith", "string", "double"})
"""Of what CEL knows by itself. No `matches`: a pattern of twenty signs takes a third of a second, for each row."""
_TOKEN = re.compile(
    r"""(?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|“[^”]*”)"""
    r"|(?P<name>[{｛][^{}｛｝]*[}｝])|(?P<number>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|(?P<word>[A-Za-z_]\w*)"
    r"|(?P<sign>==|!=|<=|>=|<>|&&|\|\||.)",
    re.DOTALL,
)
_SIGNS = dict(zip("（），？：＋－＊／＞＜＝！％。［］＆｜", "(),?:+-*/><=!%.[]&|", strict=True)) | {
    "=": "==", "＝": "==", "<>": "!=", "×": "*", "÷": "/", "≥": ">=", "≤": "<=", "≠": "!=",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Look:
    """A question to a row's sub-table: `column` "" when only the rows count."""

    how: str
    sub: str
    column: str


@dataclass(frozen=True, slots=True)
class Formula:
    """`columns` are the keys of the row's own columns that it reads; `looks` stand in `program` as `s0`, `s1`. `by_the_clock`: it
    says something else tomorrow."""

    program: cel.Program
    columns: tuple[str, ...]
    looks: tuple[Look, ...]
    by_the_clock: bool


@dataclass(slots=True)
class _Token:
    kind: str
    text: str


Naming = Callable[[str, str | None], str]
"""From (a name in braces, the name of the sub-table that its column is of; "" for a sub-table itself; None for a column of the row's own)
to another name."""


def renamed(text: str, name: Naming) -> str:
    """The formula with every name in braces given anew; all else stays as it was written."""
    tokens = list(_tokens(text, plain=False))
    for token, within in _places(tokens):
        token.text = f"{{{name(token.text[1:-1].strip(), within)}}}"
    return "".join(t.text for t in tokens)


@lru_cache(maxsize=2000)
def understood(text: str, functions: frozenset[str]) -> Formula:
    """A formula that names keys. Raises Invalid for what cannot be computed, saying what is wrong."""
    tokens = [t for t in _tokens(text.strip().lstrip("=＝"), plain=True) if not t.text.isspace()]
    _check(tokens, text)
    columns: dict[str, None] = {}
    looks: list[Look] = []
    written: list[str] = []
    at = 0
    while at < len(tokens):
        token = tokens[at]
        if token.kind == "word" and token.text in ABOUT_SUBS:
            look, length = _look(tokens, at)
            written.append(f"s{len(looks)}")
            looks.append(look)
            at += length
            continue
        if token.kind == "name":
            key = token.text[1:-1]
            if not _KEY.fullmatch(key):
                raise Invalid(_("There is nothing called “{name}” here.", name=key), "formula")
            columns[key] = None
            written.append(f"v_{key}")
        else:
            written.append(token.text)
        at += 1
    try:
        # Slow to load, for it brings its own command line along, and many a process computes nothing.
        import cel

        program = cel.compile(" ".join(_ifs(written)))
    except ValueError as error:
        raise Invalid(
            _("This formula is not complete, or a sign in it is not understood."), "formula"
        ) from error
    for token, following in zip(tokens, [*(t.text for t in tokens[1:]), ""], strict=True):
        called = token.kind == "word" and following == "("
        if called and token.text not in functions | _NATIVE | ABOUT_SUBS.keys() | {"if", "in"}:
            raise Invalid(_("There is no function “{name}”.", name=token.text), "formula")
    known = {f"v_{key}" for key in columns} | {f"s{n}" for n in range(len(looks))}
    for word in program.variables():
        if word not in known:
            raise Invalid(_("“{name}” is not understood. Columns stand in braces, like {example}.", name=word,
                            example="{" + word + "}"), "formula")  # fmt: skip
    words = {t.text for t in tokens if t.kind == "word"}
    return Formula(program, tuple(columns), tuple(looks), bool(words & BY_THE_CLOCK))


def _tokens(text: str, *, plain: bool) -> Iterator[_Token]:
    """`plain`: as CEL writes it."""
    for match in _TOKEN.finditer(text):
        kind, token = str(match.lastgroup), match[0]
        if plain and kind == "sign":
            token = _SIGNS.get(token, token)
        elif plain and kind == "number" and token.isdecimal():
            token = f"{token}.0"
        elif plain and token[0] == "“":
            token = '"' + token[1:-1].replace("\\", "\\\\").replace('"', '\\"') + '"'
        elif kind == "name":
            token = "{" + token[1:-1].strip() + "}"
        yield _Token(kind, token)


def _places(tokens: Sequence[_Token]) -> Iterator[tuple[_Token, str | None]]:
    """Each name in braces with what it is a name within (see Naming); the tokens may be renamed on the way."""
    solid = [t for t in tokens if not t.text.isspace()]
    texts = [t.text for t in solid]
    for at, token in enumerate(solid):
        if token.kind != "name":
            continue
        if at > 1 and texts[at - 2] in ABOUT_SUBS and texts[at - 1] in "(（":
            yield token, ""
        elif (
            at > 3 and texts[at - 4] in ABOUT_SUBS and texts[at - 1] in ",，" and solid[at - 2].kind == "name"
        ):
            yield token, texts[at - 2][1:-1]
        else:
            yield token, None


def _look(tokens: Sequence[_Token], at: int) -> tuple[Look, int]:
    """The question that begins at this word, and how many tokens it takes."""
    how = tokens[at].text
    names = ABOUT_SUBS[how]
    length = 2 + 2 * names
    part = tokens[at : at + length]
    kinds = [t.kind for t in part]
    signs = [t.text for t in part if t.kind == "sign"]
    if kinds != ["word", *["sign", "name"] * names, "sign"] or signs != ["(", *[","] * (names - 1), ")"]:
        example = f"{how}({{…}}, {{…}})" if names == 2 else f"{how}({{…}})"
        raise Invalid(_("Please write it like this: {example}", example=example), "formula")
    found = [t.text[1:-1] for t in part if t.kind == "name"]
    return Look(how, found[0], found[1] if names == 2 else ""), length


def _ifs(written: Sequence[str]) -> Iterator[str]:
    """`if(a, b, c)` as CEL's `((a) ? (b) : (c))`."""
    depth = 0
    waiting: list[list[int]] = []
    before = ""
    for part in written:
        depth += part == "("
        here = bool(waiting) and waiting[-1][0] == depth
        match part:
            case "if":
                pass
            case "(" if before == "if":
                waiting.append([depth, 0])
                yield "(("
            case "," if here:
                waiting[-1][1] += 1
                yield ") ? (" if waiting[-1][1] == 1 else ") : ("
            case ")" if here:
                waiting.pop()
                yield "))"
            case _:
                yield part
        depth -= part == ")"
        before = part


def _check(tokens: Sequence[_Token], text: str) -> None:
    if not tokens:
        raise Invalid(_("Please write a formula."), "formula")
    if len(text) > LONGEST:
        raise Invalid(_("A formula has {n} characters at most.", n=LONGEST), "formula")
    depth = 0
    for token in tokens:
        depth += (token.text in ("(", "[")) - (token.text in (")", "]"))
        if depth > DEEPEST:
            raise Invalid(_("These are too many brackets within brackets."), "formula")

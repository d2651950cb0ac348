"""A condition's text as a tree: CEL's own operators, without its lists of things to go through, so that its cost is bounded by its length. Pure.

Full-width signs, a single `=`, `<>`, and the words `and`, `or`, `not` are taken as they are meant.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from backend.core.errors import Invalid
from backend.core.i18n import _
from iot.rules import names
from iot.rules.names import Name

LONGEST = 500
"""Characters of a condition."""
DEEPEST = 15
"""Brackets within brackets."""
MOST_DIGITS = 15
SECONDS = {"minutes": 60.0, "hours": 3_600.0, "days": 86_400.0}
METHODS = ("contains", "startsWith", "endsWith")
_TOKEN = re.compile(
    r"""(?P<space>\s+)|(?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|“[^”]*”)|(?P<number>\d+(?:\.\d+)?)"""
    r"|(?P<word>[^\W\d]\w*(?:\s*\.\s*[^\W\d]\w*)?)|(?P<sign>==|!=|<=|>=|<>|&&|\|\||.)",
    re.DOTALL,
)
_SIGNS = dict(zip("（），＋－＊／＞＜＝！［］＆｜", "(),+-*/><=![]&|", strict=True)) | {
    "=": "==", "＝": "==", "<>": "!=", "×": "*", "÷": "/", "≥": ">=", "≤": "<=", "≠": "!=", "&": "&&", "＆": "&&", "|": "||", "｜": "||",
}  # fmt: skip
_WORDS = {"and": "&&", "or": "||", "not": "!", "AND": "&&", "OR": "||", "NOT": "!"}
_COMPARE = ("==", "!=", "<=", ">=", "<", ">", "in")


@dataclass(frozen=True, slots=True)
class Literal:
    value: bool | float | str | tuple[str | float, ...]


@dataclass(frozen=True, slots=True)
class Ref:
    name: Name


@dataclass(frozen=True, slots=True)
class Known:
    """Whether there is a value for the name."""

    name: Name


@dataclass(frozen=True, slots=True)
class Unary:
    """`!` or `-`."""

    sign: str
    of: Node


@dataclass(frozen=True, slots=True)
class Binary:
    """A sign between two; also a method of a text: `contains` and its like."""

    sign: str
    left: Node
    right: Node


Node = Literal | Ref | Known | Unary | Binary


def parsed(text: str, field: str = "condition") -> Node:
    """Raises Invalid, naming the place that is not understood."""
    if len(text) > LONGEST:
        raise Invalid(_("A condition has {n} characters at most.", n=LONGEST), field)
    reader = _Reader(list(_tokens(text)), field)
    if not reader.tokens:
        raise Invalid(_("Please write a condition, like {example}.", example="temperature > 45"), field)
    node = reader.either()
    if reader.at < len(reader.tokens):
        raise reader.lost()
    return node


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    for match in _TOKEN.finditer(text):
        kind, token = str(match.lastgroup), match[0]
        if kind == "space":
            continue
        if kind == "word":
            token = re.sub(r"\s", "", token)
            kind, token = ("sign", _WORDS[token]) if token in _WORDS else (kind, token)
        elif kind == "sign":
            token = _SIGNS.get(token, token)
        elif kind == "text":
            token = token[1:-1] if token[0] == "“" else re.sub(r"\\(.)", r"\1", token[1:-1])
        yield kind, token


class _Reader:
    """Goes through the tokens once, each method one level of binding."""

    def __init__(self, tokens: list[tuple[str, str]], field: str) -> None:
        self.tokens, self.field = tokens, field
        self.at = self.depth = 0

    def either(self) -> Node:
        node = self.both()
        while self._take("||"):
            node = Binary("||", node, self.both())
        return node

    def both(self) -> Node:
        node = self.negated()
        while self._take("&&"):
            node = Binary("&&", node, self.negated())
        return node

    def negated(self) -> Node:
        if self._take("!"):
            return Unary("!", self._deeper(self.negated))
        return self.compared()

    def compared(self) -> Node:
        node = self.sum()
        for sign in _COMPARE:
            if self._take(sign):
                return Binary(sign, node, self.options() if sign == "in" else self.sum())
        return node

    def sum(self) -> Node:
        node = self.product()
        while sign := self._take("+", "-"):
            node = Binary(sign, node, self.product())
        return node

    def product(self) -> Node:
        node = self.single()
        while sign := self._take("*", "/"):
            node = Binary(sign, node, self.single())
        return node

    def single(self) -> Node:
        kind, part = self._next()
        if kind == "number" and len(part) <= MOST_DIGITS:
            return Literal(float(part))
        if kind == "text":
            return Literal(part)
        if part == "-":
            return Unary("-", self._deeper(self.single))
        if part == "!":
            return Unary("!", self._deeper(self.single))
        if part == "(":
            node = self._deeper(self.either)
            self._expect(")")
            return node
        if kind == "word":
            return self._word(part)
        raise self.lost(-1)

    def options(self) -> Node:
        """The list after `in`."""
        self._expect("[")
        found: list[str | float] = []
        while not found or self._take(","):
            kind, token = self._next()
            if kind not in ("text", "number") or (kind == "number" and len(token) > MOST_DIGITS):
                raise self.lost(-1)
            found.append(token if kind == "text" else float(token))
        self._expect("]")
        return Literal(tuple(found))

    def _word(self, word: str) -> Node:
        if word in ("true", "false"):
            return Literal(word == "true")
        if self._take("("):
            return self._call(word)
        return self._method(Ref(self._named(word)))

    def _method(self, node: Ref) -> Node:
        """`device.name.contains("…")`: the third part of a name."""
        if not self._take("."):
            return node
        _kind, method = self._next()
        if method not in METHODS:
            raise self.lost(-1)
        self._expect("(")
        inner = self.single()
        self._expect(")")
        return Binary(method, node, inner)

    def _call(self, word: str) -> Node:
        if word in SECONDS:
            node: Node = Binary("*", self._deeper(self.sum), Literal(SECONDS[word]))
        elif word == "known":
            kind, token = self._next()
            if kind != "word":
                raise self.lost(-1)
            node = Known(self._named(token))
        elif word.rpartition(".")[2] in METHODS and names.find(word.rpartition(".")[0]):
            node = Binary(word.rpartition(".")[2], Ref(self._named(word.rpartition(".")[0])), self.single())
        else:
            raise Invalid(
                _("There is no “{name}(…)” here. You can use {known}.", name=word, known="minutes(), hours(), days(), known()"), self.field
            )  # fmt: skip
        self._expect(")")
        return node

    def _named(self, word: str) -> Name:
        found = names.find(word)
        if found is not None:
            return found
        near = names.nearest(word)
        if near:
            raise Invalid(
                _("There is no name “{name}”. Did you mean {near}?", name=word, near=near), self.field
            )
        raise Invalid(
            _("There is no name “{name}”. The names that you can use stand beside.", name=word), self.field
        )

    def _deeper(self, read: Callable[[], Node]) -> Node:
        self.depth += 1
        if self.depth > DEEPEST:
            raise Invalid(_("These are too many brackets within brackets."), self.field)
        node = read()
        self.depth -= 1
        return node

    def _take(self, *signs: str) -> str:
        """The next token, if it is one of these signs; "" otherwise."""
        if self.at < len(self.tokens):
            kind, part = self.tokens[self.at]
            if part in signs and (kind == "sign" or part == "in"):
                self.at += 1
                return part
        return ""

    def _next(self) -> tuple[str, str]:
        if self.at >= len(self.tokens):
            raise self.lost()
        self.at += 1
        return self.tokens[self.at - 1]

    def _expect(self, sign: str) -> None:
        if not self._take(sign):
            raise self.lost(wanted=sign)

    def lost(self, step: int = 0, wanted: str = "") -> Invalid:
        """Where it is not understood any more."""
        at = self.at + step
        here = self.tokens[at][1] if at < len(self.tokens) else ""
        before = " ".join(token for _kind, token in self.tokens[max(at - 3, 0) : at])
        if wanted:
            return Invalid(
                _("After “{before}” a “{sign}” is missing.", before=before, sign=wanted), self.field
            )
        if not here:
            return Invalid(_("The condition ends too early, after “{before}”.", before=before), self.field)
        if not before:
            return Invalid(_("“{sign}” is not understood at the beginning.", sign=here), self.field)
        return Invalid(
            _("“{sign}” is not understood after “{before}”.", sign=here, before=before), self.field
        )


def as_cel(node: Node) -> str:
    """The same for CEL, every name as one variable, every number a decimal one."""
    match node:
        case Literal(value=tuple() as values):
            return "[" + ", ".join(as_cel(Literal(one)) for one in values) + "]"
        case Literal(value=bool() as yes):
            return "true" if yes else "false"
        case Literal(value=float() as number):
            return repr(number)
        case Literal(value=text):
            return json.dumps(text, ensure_ascii=False)
        case Ref(name=name):
            return name.variable
        case Known(name=name):
            return f"known_{name.variable}"
        case Unary(sign=sign, of=of):
            return f"{sign}({as_cel(of)})"
        case Binary(sign=sign, left=left, right=right) if sign in METHODS:
            return f"{as_cel(left)}.{sign}({as_cel(right)})"
        case Binary(sign=sign, left=left, right=right):
            before = as_cel(left)
            # A long chain stays flat: readers of CEL stop at so many brackets within brackets.
            if isinstance(left, Binary) and left.sign == sign and sign in ("&&", "||", "+"):
                before = before[1:-1]
            return f"({before} {sign} {as_cel(right)})"
    raise TypeError(node)


def walk(node: Node) -> Iterator[Node]:
    """The node and all within it."""
    yield node
    match node:
        case Unary(of=of):
            yield from walk(of)
        case Binary(left=left, right=right):
            yield from walk(left)
            yield from walk(right)

"""A condition that was read and looked over: does it hold, and when could that change by itself. Pure.

A value that is missing is no answer: where the rest does not decide, the condition is neither true nor false but unknown (None), and an unknown
condition raises and ends nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from backend.core.errors import Invalid
from backend.core.i18n import Msg, _
from iot.rules import grammar
from iot.rules.grammar import METHODS, Binary, Known, Literal, Node, Ref, Unary
from iot.rules.names import Kind, Name
from iot.uplink import Scalar

if TYPE_CHECKING:
    import cel

Values = Mapping[str, Scalar]
"""By a name's text ("last.temperature"); what is not known is absent."""
_IS: dict[Kind, Msg] = {
    "yes_no": _("is yes or no"),
    "number": _("is a number"),
    "text": _("is a text"),
}
_FOR_NUMBERS = ("<", ">", "<=", ">=")
_EMPTY: dict[Kind, Scalar] = {"yes_no": False, "number": 0.0, "text": ""}


@dataclass(frozen=True, slots=True)
class Condition:
    """`names`: all that it asks for, each once. `yes` holds for certain, `no` certainly does not hold. `turning`: the comparisons with something that grows
    by itself."""

    text: str
    node: Node
    names: tuple[Name, ...]
    yes: cel.Program
    no: cel.Program
    turning: tuple[Binary, ...]

    def holds(self, values: Values) -> bool | None:
        """Whether it holds; None when that cannot be told from these values."""
        given = self._given(values)
        if self._said(self.yes, given):
            return True
        return False if self._said(self.no, given) else None

    def certain(self, values: Values) -> bool:
        """Whether it holds for certain: half the work."""
        return self._said(self.yes, self._given(values))

    def _given(self, values: Values) -> dict[str, Scalar]:
        given: dict[str, Scalar] = {}
        for name in self.names:
            value = values.get(name.text)
            given[name.variable] = _EMPTY[name.kind] if value is None else value
            given[f"known_{name.variable}"] = value is not None
        return given

    def missing(self, values: Values) -> tuple[str, ...]:
        """The names without a value."""
        return tuple(name.text for name in self.names if values.get(name.text) is None)

    def changes_in(self, values: Values) -> float | None:
        """After how many seconds at the earliest one of its comparisons turns because time passes; None when time alone changes nothing."""
        found = [after for node in self.turning if (after := _turns(node, values)) is not None]
        return min(found, default=None)

    @property
    def grows(self) -> bool:
        """Whether time alone may change it."""
        return any(name.grows for name in self.names)

    @property
    def of_home(self) -> bool:
        return any(name.place == "home" for name in self.names)

    @staticmethod
    def _said(program: cel.Program, given: dict[str, Scalar]) -> bool:
        try:
            return program.execute(given) is True
        except (ValueError, TypeError, RuntimeError, OverflowError):
            # A device said text where its model promises a number: that is no answer.
            return False


@lru_cache(maxsize=1000)
def understood(text: str, field: str = "condition") -> Condition:
    """Raises Invalid for what is no condition, saying what to write instead."""
    import cel  # slow to load, and many a process looks at no rule

    node = grammar.parsed(text, field)
    kind = _kind(node, field)
    if kind != "yes_no":
        raise Invalid(
            _("“{part}” {is_a}, and no condition yet: compare it, like {example}.",
              part=text.strip()[:60], is_a=_IS[kind], example="temperature > 45" if kind == "number" else 'device.room == "501"'),
            field,
        )  # fmt: skip
    used = {n.name.text: n.name for n in grammar.walk(node) if isinstance(n, Ref | Known)}
    if not used:
        raise Invalid(
            _("It says the same whatever a device reports. Please use one of the names beside."), field
        )
    _same_moment(used, field)
    try:
        yes, no = cel.compile(_certain(node, True)), cel.compile(_certain(node, False))
    except ValueError as error:
        raise Invalid(_("This condition is too long. Please make two rules of it."), field) from error
    turning = tuple(n for n in grammar.walk(node) if isinstance(n, Binary) and n.sign in _TURN and _grows(n))
    return Condition(text, node, tuple(used.values()), yes, no, turning)


def _same_moment(used: Mapping[str, Name], field: str) -> None:
    """What is looked at between messages cannot ask what a message says."""
    growing = next((n for n in used.values() if n.grows), None)
    bare = next((n for n in used.values() if n.place in ("", "before")), None)
    if growing is None or bare is None:
        return
    raise Invalid(
        _("“{growing}” is also looked at while no message comes, and “{bare}” is only known when one does. Please write last.{word}.",
          growing=growing.text, bare=bare.text, word=bare.word),
        field,
    )  # fmt: skip


def _certain(node: Node, yes: bool) -> str:
    """CEL that is true when the condition certainly holds (`yes`), or certainly does not, with what is missing."""
    match node:
        case Unary(sign="!", of=of):
            return _certain(of, not yes)
        case Binary(sign="&&" | "||" as sign, left=left, right=right):
            parts = [_certain(part, yes) for part in _chain(node, sign, left, right)]
            return "(" + (f" {sign} " if yes else f" {'||' if sign == '&&' else '&&'} ").join(parts) + ")"
    known = [f"known_{n.name.variable}" for n in grammar.walk(node) if isinstance(n, Ref)]
    said = grammar.as_cel(node)
    return "(" + " && ".join([*known, said if yes else f"!({said})"]) + ")"


def _chain(node: Node, sign: str, left: Node, right: Node) -> Iterator[Node]:
    if isinstance(left, Binary) and left.sign == sign:
        yield from _chain(left, sign, left.left, left.right)
    else:
        yield left
    yield right


def _kind(node: Node, field: str) -> Kind:
    """Raises Invalid where two parts do not fit."""
    match node:
        case Literal(value=bool()) | Known():
            return "yes_no"
        case Literal(value=float()):
            return "number"
        case Literal():
            return "text"
        case Ref(name=name):
            return name.kind
        case Unary(sign=sign, of=of):
            wanted: Kind = "yes_no" if sign == "!" else "number"
            _wants(of, wanted, sign, field)
            return wanted
        case Binary(sign="&&" | "||" as sign, left=left, right=right):
            _wants(left, "yes_no", sign, field)
            _wants(right, "yes_no", sign, field)
            return "yes_no"
        case Binary(sign=sign, left=left, right=right) if sign in METHODS:
            _wants(left, "text", sign, field)
            _wants(right, "text", sign, field)
            return "yes_no"
        case Binary(sign="in", left=left, right=Literal(value=tuple() as options)):
            for option in options:
                _fit(left, Literal(option), "in", field)
            return "yes_no"
        case Binary(sign="+" | "-" | "*" | "/" as sign, left=left, right=right):
            _wants(left, "number", sign, field)
            _wants(right, "number", sign, field)
            return "number"
        case Binary(sign=sign, left=left, right=right):
            _fit(left, right, sign, field)
            if sign in _FOR_NUMBERS:
                _wants(left, "number", sign, field)
            return "yes_no"
    raise TypeError(node)


def _wants(node: Node, wanted: Kind, sign: str, field: str) -> None:
    kind = _kind(node, field)
    if kind == wanted:
        return
    part = _written(node)
    if wanted == "yes_no":
        raise Invalid(
            _("“{part}” {is_a}: compare it with something before you join it with “{sign}”.", part=part, is_a=_IS[kind], sign=sign), field
        )  # fmt: skip
    if kind == "yes_no" and sign in _FOR_NUMBERS:
        raise Invalid(
            _("“{part}” is yes or no: write {part} or !{part}, without “{sign}”.", part=part, sign=sign),
            field,
        )
    raise Invalid(
        _("“{part}” {is_a}: “{sign}” does not fit it.", part=part, is_a=_IS[kind], sign=sign), field
    )


def _fit(left: Node, right: Node, sign: str, field: str) -> None:
    one, other = _kind(left, field), _kind(right, field)
    if one == other:
        return
    raise Invalid(
        _("“{one}” {is_one} and “{other}” {is_other}: “{sign}” cannot compare them.",
          one=_written(left), is_one=_IS[one], other=_written(right), is_other=_IS[other], sign=sign),
        field,
    )  # fmt: skip


def _written(node: Node) -> str:
    match node:
        case Ref(name=name):
            return name.text
        case Known(name=name):
            return f"known({name.text})"
        case Literal(value=float() as number):
            return f"{number:g}"
        case Literal(value=bool() as yes):
            return "true" if yes else "false"
        case Literal(value=value):
            return str(value)
        case Unary(sign=sign, of=of):
            return f"{sign}{_written(of)}"
        case Binary(sign=sign, left=left, right=right):
            return f"{_written(left)} {sign} {_written(right)}"
    raise TypeError(node)


# --- what time alone changes ----------------------------------------------------------------------------------


_TURN = (*_FOR_NUMBERS, "==", "!=")


def _grows(node: Node) -> bool:
    return any(isinstance(part, Ref) and part.name.grows for part in grammar.walk(node))


def _turns(node: Binary, values: Values) -> float | None:
    left, right = _line(node.left, values), _line(node.right, values)
    if left is None or right is None:
        return None
    slope, gap = left[0] - right[0], left[1] - right[1]
    after = -gap / slope if slope else -1.0
    return after if after >= 0 else None


def _line(node: Node, values: Values) -> tuple[float, float] | None:
    """(growth a second, value now) of a number; None when it is no straight line or not known."""
    match node:
        case Literal(value=float() as number):
            return 0.0, number
        case Ref(name=name):
            value = values.get(name.text)
            known = isinstance(value, int | float) and name.kind == "number"
            return (float(name.grows), float(value or 0)) if known else None
        case Unary(sign="-", of=of):
            line = _line(of, values)
            return None if line is None else (-line[0], -line[1])
        case Binary(sign=sign, left=left, right=right):
            one, other = _line(left, values), _line(right, values)
            return None if one is None or other is None else _joined(sign, one, other)
    return None


def _joined(sign: str, one: tuple[float, float], other: tuple[float, float]) -> tuple[float, float] | None:
    match sign:
        case "+":
            return one[0] + other[0], one[1] + other[1]
        case "-":
            return one[0] - other[0], one[1] - other[1]
        case "*" if not one[0] or not other[0]:
            return one[0] * other[1] + other[0] * one[1], one[1] * other[1]
        case "/" if not other[0] and other[1]:
            return one[0] / other[1], one[1] / other[1]
    return None

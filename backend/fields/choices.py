"""Answers to pick: one of several, several, yes or no."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, dataclass, field, fields
from functools import cached_property
from typing import Any, ClassVar

from backend.core.i18n import Text, _, render, text_from_json, text_to_json
from backend.fields.affirm import affirmed
from backend.fields.base import Context, Field, Misunderstood
from backend.fields.finder import Choices, Finder, Picked, index_in
from backend.fields.plain import folded, shortened
from backend.fields.spelling import respelt
from backend.fields.words import Option, Said

__all__ = ["Choice", "Choices", "MultiChoice", "YesNo"]


def _stored(options: Sequence[Choices]) -> list[dict[str, Any]]:
    return [o.to_json() for o in options]


def _restored(options: Sequence[Mapping[str, Any]]) -> tuple[Choices, ...]:
    return tuple(Choices.from_json(o) for o in options)


@dataclass(frozen=True, init=False)
class _Picking(Field):
    """What Choice and MultiChoice share. `options=` of the constructor becomes `choices`."""

    choices: tuple[Choices, ...] = field(
        default=(), metadata={"json": "options", "store": _stored, "restore": _restored}
    )
    options_from: str | None = None

    def __init__(self, name: str, *, options: Sequence[Choices] = (), **settings: Any) -> None:
        given = {"name": name, "choices": tuple(options), **settings}
        for f in fields(self):
            if f.name in given:
                value = given.pop(f.name)
            else:
                value = f.default_factory() if f.default_factory is not MISSING else f.default
            object.__setattr__(self, f.name, value)
        if given:
            raise TypeError(f"{self.kind} {name!r} has no setting {sorted(given)}")

    @cached_property
    def _fixed(self) -> Finder:
        return Finder(self.choices)

    @cached_property
    def _by_value(self) -> dict[str, Choices]:
        return {c.value: c for c in self.choices}

    def offered(self, ctx: Context) -> tuple[Choices, ...]:
        """What can be chosen now."""
        if self.options_from is None:
            return self.choices
        return tuple(Choices.from_json(o) for o in ctx.facts.get(self.options_from) or ())

    def finder(self, ctx: Context) -> Finder:
        return self._fixed if self.options_from is None else Finder(self.offered(ctx))

    def options(self, ctx: Context) -> tuple[Option, ...]:
        return self._fixed_options if self.options_from is None else _as_options(self.offered(ctx))

    @cached_property
    def _fixed_options(self) -> tuple[Option, ...]:
        return _as_options(self.choices)

    def claims(self, said: Said, ctx: Context) -> bool:
        """The whole word of an option is an answer, even when it is a command elsewhere."""
        return folded(said.text) in self.finder(ctx).exact

    def _kept(self, value: str, finder: Finder) -> str:
        if self.options_from is None:
            return value
        return Picked(value, next(c.label for c in finder.choices if c.value == value))

    def _label(self, value: str, locale: str, *, short: bool = False) -> str:
        if isinstance(value, Picked):
            return render(value.label, locale)
        choice = self._by_value.get(value)
        if choice is None:
            return str(value)
        return render((choice.short if short else None) or choice.label, locale)

    def example(self, ctx: Context) -> Text | None:
        return _("The number of your choice is enough.")

    def html(self) -> dict[str, Any]:
        return {"tag": "select", "required": not self.optional}


def _as_options(choices: Sequence[Choices]) -> tuple[Option, ...]:
    return tuple(Option(c.value, c.label, c.short) for c in choices)


_BARE = 6
"""Characters of a bare yes or no."""
_SENDS = frozenset(["提交", "确认", "确定", "就这样", "submit", "send", "send it", "confirm", "please"])
"""They agree to a whole form, and answer no single question."""


@dataclass(frozen=True, init=False)
class Choice(_Picking):
    """One of `options`, or of the list that the flow supplies as the fact named by `options_from`.

    The value is the option's `value`; of an option from facts it is a `Picked` str that knows its label. `yes` and `no` are
    the values that a plain yes or no means, where the question can be heard as one ("is the water running?").
    """

    kind: ClassVar[str] = "choice"

    yes: str | None = None
    no: str | None = None

    @property
    def keypad(self) -> int | None:
        return 1 if len(self.choices) <= 9 else 2

    def parse(self, said: Said, ctx: Context) -> str:
        finder = self.finder(ctx)
        if not finder.choices:
            raise Misunderstood(_("There is nothing to choose from at the moment."))
        value = said.choice if any(c.value == said.choice for c in finder.choices) else None
        if value is None:
            value = self._plainly(said.text, finder) or finder.find(said.text)
        if value is None and (meant := respelt(said.text)) != said.text:
            value = finder.find(meant)
        if value is None:
            value = self.read(said, ctx, finder)
        return self._kept(value, finder)

    def _plainly(self, text: str, finder: Finder) -> str | None:
        """What a bare yes or no means here. A longer no may be about something else: “not the kitchen, the bathroom”."""
        if self.yes is None and self.no is None:
            return None
        said = folded(text)
        if len(text) > _BARE or said in finder.exact or said in _SENDS or index_in(text) is not None:
            return None
        answer = affirmed(text)
        return None if answer is None else self.yes if answer else self.no

    def read(self, said: Said, ctx: Context, finder: Finder) -> str:
        """A last reading of a phrase that names no option; raises Misunderstood."""
        number = index_in(said.text)
        if number is not None and not 1 <= number <= len(finder.choices):
            raise Misunderstood(_("The choices go from 1 to {n}.", n=len(finder.choices)))
        said_words = folded(said.text)
        likely = list(dict.fromkeys(v for _w, v in finder.within(said_words))) if said_words else []
        if len(likely) > 1:
            labels = [c.label for c in finder.choices if c.value in likely][:2]
            raise Misunderstood(_("Is it “{a}” or “{b}”?", a=labels[0], b=labels[1]))
        raise Misunderstood(_("Which of these is it?"))

    def show(self, value: str, locale: str) -> str:
        return self._label(value, locale)

    def short(self, value: str, locale: str) -> str:
        return self._label(value, locale, short=True)

    def dump(self, value: str) -> Any:
        return (
            {"value": str(value), "label": text_to_json(value.label)} if isinstance(value, Picked) else value
        )

    def load(self, data: Any) -> str:
        return Picked(data["value"], text_from_json(data["label"])) if isinstance(data, dict) else str(data)

    def search(self, value: str) -> str:
        return str(value)


_ALL = frozenset(
    [
        "都要",
        "全部",
        "全都要",
        "都选",
        "全选",
        "都有",
        "全要",
        "所有",
        "all",
        "all of them",
        "everything",
        "both",
    ]
)
_NOTHING = frozenset(
    ["都不要", "都没有", "没有", "无", "都不是", "都不选", "none", "none of them", "nothing", "no"]
)
_BETWEEN = re.compile(r"[\s,，、;；/&+]+|(?<!共)和(?!平)|以及|还有|\band\b")


@dataclass(frozen=True, init=False)
class MultiChoice(_Picking):
    """`least` to `most` of the options: `1,3`, `13` on a keypad, `水电和煤气`, `都要`. The value is a tuple in option order."""

    kind: ClassVar[str] = "multi_choice"

    least: int = 1
    most: int | None = None

    @property
    def keypad(self) -> int | None:
        return 0

    def claims(self, said: Said, ctx: Context) -> bool:
        return super().claims(said, ctx) or (self.least == 0 and folded(said.text) in _NOTHING)

    def parse(self, said: Said, ctx: Context) -> tuple[str, ...]:
        finder = self.finder(ctx)
        chosen = self._chosen(said, finder)
        most = self.most if self.most is not None else len(finder.choices)
        if not self.least <= len(chosen) <= most:
            if len(chosen) > most:
                raise Misunderstood(_("Please choose {n} at most.", n=most))
            raise Misunderstood(_("Please choose at least {n}.", n=self.least))
        return tuple(self._kept(c.value, finder) for c in finder.choices if c.value in chosen)

    def _chosen(self, said: Said, finder: Finder) -> set[str]:
        values = {c.value for c in finder.choices}
        if said.choice is not None and set(said.choice.split(",")) <= values:
            return set(said.choice.split(","))
        text = folded(said.text)
        if text in finder.exact:
            return {finder.exact[text]}
        if text in _ALL:
            return values
        if text in _NOTHING:
            return set()
        if text.isdecimal() and text.isascii() and int(text[:3]) > len(values) <= 9:
            parts = list(text)
        else:
            parts = [p for p in _BETWEEN.split(text) if p]
        found = [finder.find(p) for p in parts[:100]]
        if parts and None not in found:
            return {f for f in found if f}
        within = {value for _word, value in finder.within(text)} if text else set()
        if within and not any(p.isdigit() for p in parts):
            return within
        raise Misunderstood(_("Which of these? The numbers are enough, like 1,3."))

    def show(self, value: Sequence[str], locale: str) -> str:
        return self._joined([self._label(v, locale) for v in value], locale)

    def short(self, value: Sequence[str], locale: str) -> str:
        return self._joined([self._label(v, locale, short=True) for v in value], locale)

    def _joined(self, labels: list[str], locale: str) -> str:
        return ("、" if locale.startswith("zh") else ", ").join(labels) or render(_("none"), locale)

    def dump(self, value: Sequence[str]) -> list[Any]:
        return [
            {"value": str(v), "label": text_to_json(v.label)} if isinstance(v, Picked) else v for v in value
        ]

    def load(self, data: Any) -> tuple[str, ...]:
        return tuple(
            Picked(d["value"], text_from_json(d["label"])) if isinstance(d, dict) else str(d) for d in data
        )

    def search(self, value: Sequence[str]) -> str:
        return " ".join(value)

    def example(self, ctx: Context) -> Text | None:
        return _("The numbers are enough, like 1,3.")

    def html(self) -> dict[str, Any]:
        return super().html() | {"multiple": True}


@dataclass(frozen=True, kw_only=True)
class YesNo(Field):
    """Yes or no, with labels of one's own. With `must`, a no is answered by `must` and the question stays open; when the
    field is `decisive`, a no ends the form (consent)."""

    kind: ClassVar[str] = "yes_no"

    yes: Text | None = field(default=None, metadata={"text": True})
    no: Text | None = field(default=None, metadata={"text": True})
    must: Text | None = field(default=None, metadata={"text": True})
    decisive: bool = False  # type: ignore[misc]

    def ends(self, value: bool) -> bool:
        return self.decisive and not value

    @cached_property
    def finder(self) -> Finder:
        return Finder([Choices("yes", self.yes or _("Yes")), Choices("no", self.no or _("No"))])

    @cached_property
    def _options(self) -> tuple[Option, ...]:
        return _as_options(self.finder.choices)

    @property
    def keypad(self) -> int | None:
        return 1

    def claims(self, said: Said, ctx: Context) -> bool:
        return folded(said.text) in self.finder.exact

    def options(self, ctx: Context) -> tuple[Option, ...]:
        return self._options

    def parse(self, said: Said, ctx: Context) -> bool:
        answer: bool | None
        if said.choice in ("yes", "no"):
            answer = said.choice == "yes"
        elif (exact := self.finder.exact.get(folded(said.text))) is not None:
            answer = exact == "yes"
        else:
            answer = affirmed(said.text)
            if answer is None and (found := self.finder.find(shortened(said.text, 60))) is not None:
                answer = found == "yes"
        if answer is None:
            yes, no = (choice.label for choice in self.finder.choices)
            raise Misunderstood(_("“{yes}” or “{no}” is enough; 1 or 2 does too.", yes=yes, no=no))
        if self.must and not answer:
            raise Misunderstood(self.must)
        return answer

    def show(self, value: bool, locale: str) -> str:
        return render(self.finder.choices[0 if value else 1].label, locale)

    def from_cell(self, cell: Any, ctx: Context) -> bool:
        if isinstance(cell, bool):
            return self.parse(Said(choice="yes" if cell else "no"), ctx)
        return bool(super().from_cell(cell, ctx))

    def search(self, value: bool) -> str:
        return "yes" if value else "no"

    def html(self) -> dict[str, Any]:
        return {"tag": "select", "required": not self.optional}

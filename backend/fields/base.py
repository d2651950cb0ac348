"""Field: how one kind of value is asked, parsed, checked, stored, searched, shown, spoken and put in a cell."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields
from datetime import date, datetime
from functools import cached_property
from typing import Any, ClassVar, Self
from zoneinfo import ZoneInfo

from backend.core import clock
from backend.core.i18n import LOCALES, Msg, Text, _, render, text_from_json, text_to_json
from backend.core.values import value
from backend.fields.condition import Condition
from backend.fields.plain import folded
from backend.fields.words import Option, Said

NONE_WORDS = (
    "没有", "没", "无", "木有", "暂无", "没有了", "不知道", "不清楚", "none", "no", "nothing", "n/a", "na", "nil", "-",
    "i don't have one", "don't have one", "i don't know",
)  # fmt: skip
"""What people say to an optional question that they have no answer to."""


class Misunderstood(Exception):  # not an error: the next thing we say
    """The answer could not be used; `text` says kindly what would work."""

    def __init__(self, text: Text) -> None:
        super().__init__(text)
        self.text = text


@value
class Context:
    """What a Field may know when it reads an answer. `answers` are parsed values, `facts` JSON from the flow."""

    now: datetime
    locale: str
    zone: ZoneInfo
    answers: Mapping[str, Any] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def today(self) -> date:
        return self.now.astimezone(self.zone).date()


def zone_for(now: datetime, facts: Mapping[str, Any]) -> ZoneInfo:
    """The person's zone: as the flow says (`facts["zone"]`), else that of `now`, else the community's."""
    if facts and "zone" in facts:
        return ZoneInfo(facts["zone"])
    return now.tzinfo if isinstance(now.tzinfo, ZoneInfo) else clock.zone()


KINDS: dict[str, type[Field]] = {}
"""Every kind of Field by its name in JSON."""


@dataclass(frozen=True)
class Field:
    """One question and its answer.

    `label` names the value in lists; `ask`, `ask_short` (SMS) and `ask_spoken` (voice) put the question; `help` explains
    it. `optional` questions can be skipped, also by one of `none_words`. `sensitive` values are masked wherever shown.
    `when` / `unless` are JSON conditions (see `condition`).
    """

    kind: ClassVar[str] = ""
    echo: ClassVar[bool] = True
    """Whether what was understood is said back when it differs from what was typed."""
    digits: ClassVar[bool] = False
    """Whether an answer may be bare digits, so that "1" is not the first button."""
    aliases: ClassVar[tuple[str, ...]] = ()
    """What people call such a value when they want to correct it."""
    accepts: ClassVar[frozenset[str]] = frozenset()
    decisive: ClassVar[bool] = False
    """Whether the form stands on this answer (see `ends`); it is then not looked over again at the end."""

    name: str
    label: Text = field(default="", kw_only=True, metadata={"text": True})
    ask: Text | None = field(default=None, kw_only=True, metadata={"text": True})
    ask_short: Text | None = field(default=None, kw_only=True, metadata={"text": True})
    ask_spoken: Text | None = field(default=None, kw_only=True, metadata={"text": True})
    help: Text | None = field(default=None, kw_only=True, metadata={"text": True})
    optional: bool = field(default=False, kw_only=True)
    sensitive: bool = field(default=False, kw_only=True)
    when: Condition | None = field(default=None, kw_only=True)
    unless: Condition | None = field(default=None, kw_only=True)
    none_words: tuple[str, ...] = field(default=(), kw_only=True)
    none_label: Text | None = field(default=None, kw_only=True, metadata={"text": True})
    """The button that skips: "I have no e-mail" says more than "Skip"."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if cls.kind:
            KINDS[cls.kind] = cls

    # What the person says

    def parse(self, said: Said, ctx: Context) -> Any:
        """The value meant by `said`; raises Misunderstood and nothing else."""
        raise NotImplementedError

    def claims(self, said: Said, ctx: Context) -> bool:
        """Whether a word that is a command elsewhere ("0", "English") is an answer here."""
        return False

    def ends(self, value: Any) -> bool:
        """Whether this answer ends the form at once: it is submitted as it is (no consent, no further question)."""
        return False

    def options(self, ctx: Context) -> tuple[Option, ...]:
        return ()

    @property
    def keypad(self) -> int | None:
        """How many digits a caller keys; 0 any number ended by #; None where only speech or one option digit helps."""
        return None

    @property
    def depends(self) -> tuple[str, ...]:
        """The fields whose answers this one is read by; when one changes, this one is asked again."""
        return ()

    def fills(self, value: Any) -> dict[str, Any]:
        """Other fields' values that this value determines."""
        return {}

    def example(self, ctx: Context) -> Text | None:
        """What a good answer looks like, for help and after a misunderstanding."""
        return None

    def known(self, given: Any, ctx: Context) -> Any:
        """A value that is known before the question: words, JSON or the value itself. None when it would not be taken."""
        try:
            if isinstance(given, dict | list):
                given = self.load(given)
            said = given if isinstance(given, Said) else Said(text=given) if isinstance(given, str) else None
            return self.parse(said or Said(text=self.show(given, ctx.locale)), ctx)
        except (Misunderstood, ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
            return None

    # How the value is told

    def show(self, value: Any, locale: str) -> str:
        return str(value)

    def short(self, value: Any, locale: str) -> str:
        return self.show(value, locale)

    def speak(self, value: Any, locale: str) -> str:
        return self.show(value, locale)

    def masked(self, value: Any, locale: str) -> str:
        shown = self.show(value, locale)
        return shown[:1] + "*" * min(len(shown) - 1, 12) if shown else ""

    def echoed(self, value: Any, locale: str) -> Text:
        """What is said back before the next question."""
        shown = self.masked(value, locale) if self.sensitive else self.show(value, locale)
        return _("Got it: {value}.", value=shown)

    # How the value is kept

    def dump(self, value: Any) -> Any:
        return value

    def load(self, data: Any) -> Any:
        return data

    def cell(self, value: Any, locale: str) -> str | int | float | date:
        return self.show(value, locale)

    def from_cell(self, cell: Any, ctx: Context) -> Any:
        """The value of a spreadsheet cell; numbers that became floats or text there are mended."""
        if isinstance(cell, float) and cell.is_integer():
            cell = int(cell)
        text = str(cell)
        return self.parse(Said(text=text.removeprefix("'") if self.digits else text), ctx)

    def search(self, value: Any) -> str:
        """The form in which the value is indexed and looked up."""
        return folded(self.show(value, "zh_CN"))

    def html(self) -> dict[str, Any]:
        """What the value is typed into on a page: `tag` and attributes of input, select or textarea."""
        return {"tag": "input", "type": "text", "required": not self.optional}

    # What the definition itself is

    @property
    def question(self) -> Text:
        return self.ask if self.ask is not None else self.default_question()

    def default_question(self) -> Text:
        return _("{label}, please?", label=self.label)

    @cached_property
    def skippable(self) -> bool:
        return self.optional or bool(self.none_words)

    @cached_property
    def nothing(self) -> frozenset[str]:
        """The folded phrases that skip this question."""
        words = (*self.none_words, *NONE_WORDS) if self.optional else self.none_words
        return frozenset(folded(w) or w for w in words)

    @cached_property
    def called(self) -> tuple[str, ...]:
        """What this field is called when somebody wants to correct it, longest first, folded."""
        said = {folded(render(self.label, locale)) for locale in LOCALES} | {
            folded(self.name.replace("_", " "))
        }
        return tuple(sorted({*said, *self.aliases} - {""}, key=len, reverse=True))

    def to_json(self) -> dict[str, Any]:
        data: dict[str, Any] = {"kind": self.kind, "name": self.name}
        for f in fields(self):
            value = getattr(self, f.name)
            default = f.default_factory() if f.default_factory is not MISSING else f.default
            if f.name != "name" and value != default:
                data[f.metadata.get("json", f.name)] = _stored(value, f.metadata)
        return data

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Field:
        """The Field that was stored; ValueError names a kind that we do not have."""
        kind = KINDS.get(data.get("kind", ""))
        if kind is None:
            raise ValueError(f"no such kind of field: {data.get('kind')!r}")
        return kind.build(data)

    @classmethod
    def build(cls, data: Mapping[str, Any]) -> Self:
        known = {f.metadata.get("json", f.name): f for f in fields(cls)}
        unknown = data.keys() - known.keys() - {"kind"}
        if unknown:
            raise ValueError(f"{cls.kind} {data.get('name')!r} has no setting {sorted(unknown)}")
        return cls(**{k: _restored(v, known[k].metadata) for k, v in data.items() if k != "kind"})


def _stored(value: Any, metadata: Mapping[str, Any]) -> Any:
    if metadata.get("text"):
        return _text_stored(value)
    if "store" in metadata:
        return metadata["store"](value)
    return list(value) if isinstance(value, tuple) else value


def _restored(value: Any, metadata: Mapping[str, Any]) -> Any:
    if metadata.get("text"):
        return None if value is None else text_from_json(value)
    if "restore" in metadata:
        return metadata["restore"](value)
    return tuple(value) if isinstance(value, list) else value


def _text_stored(text: Text | None) -> Any:
    return None if text is None else text_to_json(text)


def join(*texts: Text | None, by: str = "\n") -> Text | None:
    """Several texts as one, still lazy; None where there is none."""
    some = [t for t in texts if t]
    if len(some) < 2:
        return some[0] if some else None
    names = [f"t{i}" for i in range(len(some))]
    return Msg(by.join(f"{{{n}}}" for n in names), dict(zip(names, some, strict=True)))


_ASKS_BACK = re.compile(r"[?？]$|什么意思|为什么|怎么|凭什么|^why\b|^what\b")


def asks_back(text: str) -> bool:
    """Whether the text is a question to us rather than an answer."""
    return len(text) < 60 and bool(_ASKS_BACK.search(text))

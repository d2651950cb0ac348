"""What the names in a template mean: the columns of the rows, and a few words of our own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

from backend.core.i18n import LOCALES, Text, _, render
from backend.fields.placeholders import Part, names, normal

WORDS: dict[str, Text] = {"today": _("Today"), "community": _("Community"), "number": _("Running number")}
"""Known to every template; a column of the same name goes before."""
_OTHER_NAMES = {"today": ("今天", "今日"), "community": ("社区",), "number": ("序号",)}
_LIKELY = 60


@dataclass(frozen=True, slots=True)
class Column:
    """One value of each row: its `key` in the row, its label, and other names that templates may call it by."""

    key: str
    label: Text
    names: tuple[str, ...] = ()
    photo: bool = False
    """The value is the key of a picture in `core.media`."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """A name that nothing is called; `meant` is the label that is most like it, or ""."""

    name: str
    meant: str


def _sound(name: str) -> str:
    from pypinyin import lazy_pinyin  # slow to load, and few processes fill a template

    return "".join(lazy_pinyin(name))


class Columns:
    """Finds the key of a value by any of its names."""

    def __init__(self, columns: Sequence[Column]) -> None:
        self.all = tuple(columns)
        self._keys: dict[str, str] = {}
        for key, label in WORDS.items():
            self._call(key, label, _OTHER_NAMES[key])
        for column in columns:
            self._call(column.key, column.label, column.names)

    def _call(self, key: str, label: Text, others: Iterable[str]) -> None:
        for name in (*(render(label, locale) for locale in LOCALES), *others, key):
            self._keys[normal(name)] = key

    def key(self, name: str) -> str | None:
        return self._keys.get(normal(name))

    def offered(self) -> list[str]:
        """Of the columns, in their order, then of our own words."""
        return [c.key for c in self.all] + [w for w in WORDS if w not in {c.key for c in self.all}]

    def value(self, row: Mapping[str, str], name: str) -> str:
        """Its text in a row; "" of an unknown name too."""
        key = self.key(name)
        return row.get(key, "") if key is not None else ""

    def is_photo(self, name: str) -> bool:
        """Whether this names a column of photos."""
        key = self.key(name)
        return any(c.photo and c.key == key for c in self.all)

    def unknown(self, found: Iterable[Part], locale: str) -> list[Unknown]:
        """The names in a template that mean nothing here, each with what was probably meant."""
        return [Unknown(name, self._nearest(name, locale)) for name in names(found) if self.key(name) is None]

    def _nearest(self, name: str, locale: str) -> str:
        wanted = normal(name)
        likeness = {
            known: max(fuzz.ratio(wanted, known), fuzz.ratio(_sound(wanted), _sound(known)))
            for known in self._keys
        }
        best = max(likeness, key=likeness.__getitem__)
        return self.label(self._keys[best], locale) if likeness[best] >= _LIKELY else ""

    def label(self, key: str, locale: str) -> str:
        """As people call it."""
        label = next((c.label for c in self.all if c.key == key), WORDS.get(key, key))
        return render(label, locale)

    def empty(self, found: Iterable[Part], rows: Iterable[Mapping[str, str]]) -> dict[str, int]:
        """How many of the rows have nothing where the template asks for something, by key; only keys that lack in some."""
        asked = list(dict.fromkeys(k for name in names(found) if (k := self.key(name)) and k not in WORDS))
        counts = dict.fromkeys(asked, 0)
        for row in rows:
            for key in asked:
                counts[key] += not row.get(key)
        return {key: n for key, n in counts.items() if n}

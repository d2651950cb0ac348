"""A place in a classification of several levels: 企业 › 工业 › 纺织."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

from backend.core.i18n import LANGUAGES, Text, _, render
from backend.fields.base import Context
from backend.fields.choices import Choice
from backend.fields.finder import Choices, Finder
from backend.fields.words import Option

BETWEEN = " › "
DEEPEST = 8


@dataclass(frozen=True, init=False)
class TreeChoice(Choice):
    """One node of the tree that `choices` lists, each node before those below it. The value is the codes from the top joined by `/`,
    so that a node and everything below it share a beginning; the label of a choice is the node's own. An inner node is an answer too:
    what is not known more closely."""

    kind: ClassVar[str] = "tree_choice"

    @cached_property
    def _paths(self) -> dict[str, Text]:
        """The labels from the top, by value."""
        own = {c.value: c.label for c in self.choices}
        found: dict[str, Text] = {}
        for value in own:
            steps = value.split("/")
            labels = [own.get("/".join(steps[: n + 1]), step) for n, step in enumerate(steps)]
            found[value] = {code: BETWEEN.join(render(x, code) for x in labels) for code in LANGUAGES}
        return found

    @cached_property
    def _fixed(self) -> Finder:
        """A node is meant by its path, or by its own label where no other node has the same."""
        said = Counter(render(c.label, "zh_CN") for c in self.choices)
        alone = {c.value: c.label for c in self.choices if said[render(c.label, "zh_CN")] == 1}
        return Finder([Choices(value, path, alone.get(value)) for value, path in self._paths.items()])

    @cached_property
    def _fixed_options(self) -> tuple[Option, ...]:
        own = {c.value: c.label for c in self.choices}
        return tuple(Option(value, path, own[value]) for value, path in self._paths.items())

    def _label(self, value: str, locale: str, *, short: bool = False) -> str:
        path = self._paths.get(value)
        return render(path, locale) if path is not None else BETWEEN.join(str(value).split("/"))

    def below(self, value: str = "") -> list[Choices]:
        """The nodes one level below this one, or the topmost."""
        depth = value.count("/") + 1 if value else 0
        under = f"{value}/" if value else ""
        return [c for c in self.choices if c.value.startswith(under) and c.value.count("/") == depth]

    def trail(self, value: str) -> list[Choices]:
        """The nodes from the top down to this one."""
        steps = value.split("/")
        above = {"/".join(steps[: n + 1]) for n in range(len(steps))}
        return [c for c in self.choices if c.value in above]

    def example(self, ctx: Context) -> Text | None:
        last = next(reversed(self._paths.values()), None)
        return last if last is None else _("For example: {example}", example=last)


def lines(field: TreeChoice, locale: str) -> str:
    """The tree as people write it: one node a line, a `-` for each level below the top, `code = label` where they differ."""
    written = []
    for choice in field.choices:
        code, label = choice.value.rpartition("/")[2], render(choice.label, locale)
        dashes = "-" * choice.value.count("/")
        written.append(f"{dashes}{' ' if dashes else ''}{code if code == label else f'{code} = {label}'}")
    return "\n".join(written)


def read_lines(text: str) -> list[dict[str, Any]]:
    """JSON of the choices that such lines describe. Raises ValueError with the line that cannot be placed."""
    found: list[dict[str, Any]] = []
    above: list[str] = []
    seen: set[str] = set()
    for line in text.splitlines():
        bare = line.strip().lstrip("-－—– 　\t").strip()
        if not bare:
            continue
        depth = sum(1 for sign in line.strip()[: len(line.strip()) - len(bare)] if sign in "-－—–")
        code, equals, label = (part.strip() for part in bare.partition("="))
        code = code.replace("/", "／")[:40]
        if not code or depth > len(above) or depth >= DEEPEST:
            raise ValueError(line.strip())
        above[depth:] = [code]
        value = "/".join(above)
        if value in seen or len(value) > 300:
            raise ValueError(line.strip())
        seen.add(value)
        found.append({"value": value, "label": (label if equals and label else code)[:60]})
    return found


def grown(counts: Mapping[str, int], nodes: list[Choices]) -> dict[str, int]:
    """How many are in each of these nodes or below, from how many are exactly where."""
    return {
        node.value: sum(
            n for value, n in counts.items() if value == node.value or value.startswith(f"{node.value}/")
        )
        for node in nodes
    }

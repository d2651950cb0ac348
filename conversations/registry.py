"""Which Flows and Commands there are, whose menu shows them, and what free text means which."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache

from backend.core.i18n import Text
from backend.fields import commands
from backend.fields.spelling import respelt
from backend.fields.words import Option, Said
from conversations import learnt, topics
from conversations.flow import Audience, Command, Flow, Heard, Person, Series
from conversations.sounds import readings, standardised
from conversations.understanding import ANYWHERE, Guess, Index

LONGEST_INTENT = 2000
"""Characters of a message that are looked at for what it is about."""
KEPT, LONGEST_KEPT = 2_000, 16
"""How many texts' meanings are kept, and up to which length: what many people write is short, and a first word such as 注册 takes
longer to understand than all the rest of its turn."""
Audiences = frozenset[Audience]


@dataclass(frozen=True, slots=True)
class Meant:
    """What free text was found to mean; `argument` is the Command's, or the text for a Flow's start."""

    entry: Flow | Command
    argument: str
    outright: bool = False
    """She said that she wants just this."""
    rival: Flow | Command | None = None
    """And this, as plainly: she has to be asked which."""


class Registry:
    """All Flows, Commands and Series by name; names are unique over all of them."""

    def __init__(
        self, flows: Iterable[Flow], commands: Iterable[Command], series: Iterable[Series] = ()
    ) -> None:
        self.flows = {f.name: f for f in flows}
        self.commands = {c.name: c for c in commands}
        self.series = {s.name: s for s in series}
        self._cries = [(pattern, c) for c in self.commands.values() for pattern in c.anytime]
        self._menu = cache(self._listed)
        self._known_cry = lru_cache(KEPT)(self._cried)
        self._known_meaning = lru_cache(KEPT)(self._meant)
        several = Counter([*self.flows, *self.commands, *self.series])
        if clash := [name for name, count in several.items() if count > 1]:
            raise ValueError(f"a flow, a command or a series are both named {', '.join(sorted(clash))}")

    def flow(self, name: str) -> Flow | None:
        """The Flow of that name: one of ours, or `series:number`, made from what staff wrote."""
        if (ours := self.flows.get(name)) is not None:
            return ours
        series, _colon, number = name.partition(":")
        return self.series[series].flow(int(number)) if series in self.series and number.isdigit() else None

    def named(self, name: str) -> Flow | Command:
        """The Flow or Command written by us that has this name; KeyError when there is none."""
        return self.flows.get(name) or self.commands[name]

    def title(self, flow: str) -> Text:
        found = self.flow(flow)
        return found.title if found else flow

    def menu(self, person: Person) -> tuple[Option, ...]:
        """What this person can do, in order."""
        return self._menu(audiences(person))

    def _listed(self, hers: Audiences) -> tuple[Option, ...]:
        entries: list[Flow | Command] = [*self.flows.values(), *self.commands.values()]
        listed = sorted(
            (e for e in entries if e.menu is not None and e.audience in hers), key=lambda e: e.menu or 0
        )
        return tuple(
            Option(f"flow:{e.name}" if isinstance(e, Flow) else f"{e.name}:", e.title) for e in listed
        )

    def cry(self, text: str) -> Command | None:
        """The Command whose words must not be taken for an answer to anything."""
        text = straight(text)
        return self._known_cry(text) if len(text) <= LONGEST_KEPT else self._cried(text)

    def _cried(self, text: str) -> Command | None:
        return next((command for pattern, command in self._cries if pattern.search(text)), None)

    def yielded(self, flow: Flow, text: str, person: Person) -> Flow | None:
        """The Flow that these words are for, although `flow` is open and might take them for an answer."""
        text = straight(text)
        for name in flow.yields:
            other = self.flows[name]
            if admits(other, person) and any(pattern.search(text) for pattern in other.intents):
                return other
        return None

    def meaning(self, text: str, person: Person) -> Meant | None:
        """The Flow or Command that the free text is about: the longest match wins. Words that mean nothing as they stand are
        read once more as they were probably meant."""
        text = straight(text)
        understood = self._known_meaning if len(text) <= LONGEST_KEPT else self._meant
        return understood(text, audiences(person))

    def _meant(self, text: str, hers: Audiences) -> Meant | None:
        found = self._meaning(text, hers)
        if found is None and (meant := respelt(text)) != text:
            if text.isascii() and not meant.isascii():
                meant = next(readings(text), meant)  # pinyin: the whole of it
            found = self._meaning(meant, hers)
            if found is not None and found.argument == meant and text.isascii() == meant.isascii():
                found = Meant(found.entry, text)
        return self._rather(found, text, hers) if found is not None else None

    def _rather(self, found: Meant, text: str, hers: Audiences) -> Meant | None:
        """What the kinds of words are about, where they say much more than the pattern that was found: 我上礼拜说的漏水的事儿有下文没
        has a leak in it, and asks about one that was reported. None: it is a command that works anywhere, in words of her own."""
        if found.outright or (isinstance(found.entry, Command) and found.entry.anytime):
            return found
        clearer = topics.clearer(text, found.entry.name)
        if clearer.startswith("+"):
            return None
        entry = self.flows.get(clearer) or self.commands.get(clearer)
        if entry is None or entry.audience not in hers or learnt.same_topic(found.entry.name, clearer):
            return found
        return Meant(entry, text if isinstance(entry, Flow) or entry.whole else "")

    def guess(self, text: str, person: Person) -> Guess:
        """What the free text may mean that `meaning` knows nothing of, or that is `doubted`: as it sounds, by its likeness to the
        examples of the entries, and by what was learnt."""
        text = straight(text)
        return self._unlearnt(text, person).with_learnt(text, lambda name: self._for(name, person))

    def doubted(self, meant: Meant, text: str) -> bool:
        """Whether a pattern was probably found by accident. A cry for help never is, nor a wish that was said outright, nor a
        pattern that is all that was said."""
        entry, text = meant.entry, straight(text)
        certain = meant.outright or (isinstance(entry, Command) and bool(entry.anytime))
        return not certain and not _says_just_that(entry, text) and learnt.against(text, entry.name)

    def _for(self, name: str, person: Person) -> Flow | Command | commands.Command | None:
        """The entry of that name, if there is one that this person may use."""
        entry = self.flows.get(name) or self.commands.get(name)
        if entry is None:
            return next((known for known in ANYWHERE if known == name), None)
        return entry if entry.title and admits(entry, person) else None

    def _unlearnt(self, text: str, person: Person) -> Guess:
        heard = tuple(readings(text))
        standard = (standardised(text), *(heard if text.isascii() else ()))
        alike = self._index.guess(
            text, lambda entry: admits(entry, person), standard, () if text.isascii() else heard
        )
        for reading in heard:
            found = self._meaning(reading, audiences(person))
            entry = found.entry if found is not None else commands.command(Said(text=reading))
            if entry is not None:
                return alike.led_by(entry, reading if text.isascii() else "", text)
        return alike

    @cached_property
    def _index(self) -> Index:
        return Index([*self.flows.values(), *self.commands.values()])

    def _meaning(self, text: str, hers: Audiences) -> Meant | None:
        best: tuple[int, Meant] | None = None
        for command in self.commands.values():
            if command.patterns and command.audience in hers and (match := _longest(command.patterns, text)):
                argument = text if command.whole else match.group(1) if match.re.groups else ""
                # On equal length a command wins: it names something exactly.
                weight = len(match.group()) * 2 + 1 + (LONGEST_INTENT * 2 if command.anytime else 0)
                best = _better(best, weight, Meant(command, argument or ""))
        for flow in self.flows.values():
            if flow.intents and flow.audience in hers and (match := _longest(flow.intents, text)):
                best = _better(best, len(match.group()) * 2, Meant(flow, text))
        found = best[1] if best else None
        if found is not None and isinstance(found.entry, Command) and found.entry.anytime:
            return found
        return self._outright(text, hers) or found

    def _outright(self, text: str, hers: Audiences) -> Meant | None:
        """What she says that she wants; of two, both."""
        entries: list[Flow | Command] = [*self.commands.values(), *self.flows.values()]
        wanted = [
            (len(match.group()), entry)
            for entry in entries
            if entry.outright is not None
            and entry.audience in hers
            and (match := entry.outright.search(text))
        ]
        if not wanted:
            return None
        (_length, first), *others = sorted(wanted, key=lambda found: -found[0])
        return Meant(first, text, True, others[0][1] if others else None)


def straight(text: str) -> str:
    """The part that is looked at, with the apostrophes of a keyboard where a phone has made curly ones."""
    return text[:LONGEST_INTENT].replace("\u2019", "'")


def admits(entry: Flow | Command, person: Person) -> bool:
    """Whether the entry is for this person."""
    return entry.audience in audiences(person)


def audiences(person: Person) -> Audiences:
    """What this person is one of."""
    return _audiences(person.resident_id is not None, person.staff_id is not None)


@cache
def _audiences(resident: bool, staff: bool) -> Audiences:
    kind: Audience = "resident" if resident else "newcomer"
    return frozenset({"anyone", kind, "staff"} if staff else {"anyone", kind})


def _longest(patterns: Sequence[Heard], text: str) -> re.Match[str] | None:
    found = [m for p in patterns if (m := p.search(text))]
    return max(found, key=lambda m: len(m.group()), default=None)


def _better(best: tuple[int, Meant] | None, score: int, meant: Meant) -> tuple[int, Meant]:
    return best if best is not None and best[0] >= score else (score, meant)


def _says_just_that(entry: Flow | Command, text: str) -> bool:
    """Whether one of the entry's own patterns is the whole text."""
    found = (heard.search(text) for heard in (entry.intents if isinstance(entry, Flow) else entry.patterns))
    return any(match is not None and match[0].strip() == text.strip() for match in found)

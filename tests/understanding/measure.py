"""Where the things that people write first go: the router itself decides, over what we ship, and nothing takes effect."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from backend.core import clock
from backend.fields.words import Option, Said, Words
from conversations import flows, phrases, router
from conversations.flow import Answer, Command, Flow, Opening, Person
from conversations.learnt import RIGHT
from conversations.memory import Memory
from conversations.registry import Registry
from conversations.talk import Talk

_HERE = Path(__file__).parent
HALVES = tuple(half for half in ("tune", "held_out") if (_HERE / f"{half}.tsv").exists())
"""`held_out.tsv` is written by somebody who tunes nothing; once it has been looked at, it goes to `tune.tsv` and a new one comes."""
DECIDE = frozenset({"request.hurry", "request.still"})
NEWCOMERS = frozenset({"register", "link"})
ASKED = frozenset({"alarm.nothing", "checkin.ails", "+unsure", "+lost", "+fine"})
"""What asks, and does nothing: `checkin.ails` asks whether somebody should come."""
_WENT: dict[tuple[str, bool], str] = {}
"""Where a resident's words went, and a newcomer's."""


@dataclass(frozen=True, slots=True)
class Line:
    text: str
    topic: str
    says: Mapping[str, str]


@dataclass(slots=True)
class Measured:
    """How one half went: `wrong` holds (text, topic, where it went), which a failing test does not print: what is
    held out stays unread."""

    lines: int = 0
    right: int = 0
    wrong: list[tuple[str, str, str]] = field(default_factory=list, repr=False)

    @property
    def share(self) -> float:
        return self.right / self.lines

    def of_topics(self) -> str:
        """The confusions by topic, without what was said."""
        return ", ".join(f"{topic}→{went} {n}" for (topic, went), n in sorted(
            Counter((topic, went) for _text, topic, went in self.wrong).items()
        ))  # fmt: skip


def lines(half: str) -> list[Line]:
    found = []
    for row in (
        (_HERE / f"{half}.tsv" if "/" not in half else Path(half))
        .read_text(encoding="utf-8")
        .splitlines()[1:]
    ):
        text, topic, says = row.split("\t")
        found.append(Line(text, topic, dict(part.split("=") for part in says.split())))
    return found


class Listener:
    """A registry like ours whose entries only note that they were reached."""

    def __init__(self) -> None:
        self.reached: list[str] = []
        self.begun = ""
        ours = flows.registry()
        self.registry = Registry(
            [replace(flow, start=self._noting(flow)) for flow in ours.flows.values()],
            [
                replace(command, run=self._deciding(command) if name in DECIDE else self._noting(command))
                for name, command in ours.commands.items()
                # Nobody waits for her answer here: it has nothing to say.
                if not command.at_a_loss
            ],
        )

    def _deciding(self, command: Command) -> Callable[[Person, str], Answer]:
        """It looks at what is open of hers, and may come to another conversation."""

        def decide(person: Person, text: str) -> Answer:
            result = command.run(person, text)
            self.reached.append(result.flow if isinstance(result, Opening) else command.name)
            self.begun = text
            return Answer.of()

        return decide

    def _noting(self, entry: Flow | Command) -> Callable[[Person, str], Answer]:
        def note(person: Person, text: str) -> Answer:
            self.reached.append(entry.name)
            self.begun = text
            return Answer.of()

        return note

    def text(self, text: str, person: Person) -> str:
        """The words that the conversation begins with: as written, or as letters of pinyin were read."""
        self.where(text, person)
        return self.begun

    def went(self, text: str, person: Person) -> str:
        """As `where`, asked once for all tests: they begin with the same street."""
        place = text, person.resident_id is not None
        if place not in _WENT:
            _WENT[place] = self.where(text, person)
        return _WENT[place]

    def where(self, text: str, person: Person) -> str:
        """The entry that the words reach, or `+menu`, `+hello`, `+unsure` (asks which), `+lost` (not understood)."""
        self.reached.clear()
        talk = Talk(person, Memory(), self.registry, clock.local(clock.now()))
        router.hear(talk, Said(text=text))
        if self.reached:
            return self.reached[0]
        if talk.handover == "asked":
            return "+person"
        menu = self.registry.menu(person)
        said = talk.replies[0]
        for name, words in _own(menu).items():
            if said.text == words.text:
                return name
        return "+?"


def _own(menu: tuple[Option, ...]) -> dict[str, Words]:
    return {
        "+menu": phrases.menu(()),
        "+help": phrases.help_(),
        "+language": phrases.languages(),
        "+set_language": phrases.language_set(),
        "+hello": phrases.greeting(menu),
        "+thanks": phrases.welcome(),
        "+fine": phrases.fine(),
        "+lost": phrases.not_understood((), 1),
        "+unsure": phrases.did_you_mean(()),
    }


OWN: Mapping[str, frozenset[str]] = {
    "person": frozenset({"+person"}),
    "menu": frozenset({"+menu"}),
    "help": frozenset({"+help"}),
    "language": frozenset({"+language", "+set_language"}),
    "hello": frozenset({"+hello"}),
    "thanks": frozenset({"+thanks"}),
    "unclear": ASKED,
}


def fits(topic: str, went: str) -> bool:
    return went in OWN.get(topic, frozenset()) or went in RIGHT.get(topic, ())


def measure(half: str, listener: Listener, resident: Person, newcomer: Person) -> Measured:
    result = Measured()
    for line in lines(half):
        went = listener.went(line.text, newcomer if line.topic in NEWCOMERS else resident)
        result.lines += 1
        if fits(line.topic, went):
            result.right += 1
        else:
            result.wrong.append((line.text, line.topic, went))
    return result

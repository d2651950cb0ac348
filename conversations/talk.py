"""One turn in the making: who speaks, what is remembered, what we answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime

from backend.fields.state import SendCode
from backend.fields.words import Words
from backend.messaging import people
from conversations.flow import Flow, Person
from conversations.memory import Memory
from conversations.registry import Registry


@dataclass(slots=True)
class Talk:
    person: Person
    memory: Memory
    registry: Registry
    now: datetime
    """On the community's clocks."""
    replies: list[Words] = field(default_factory=list)
    outcome: str = "answered"
    question: bool = False
    """The last reply is the open Form's question."""
    effects: list[tuple[Flow, SendCode]] = field(default_factory=list)
    handover: str | None = None
    about: str | None = None
    """The notice that a handover is about, `message:77`."""
    locale: str = ""
    """Set when she chose another language."""
    elsewhere: Callable[[], Words | None] = lambda: None
    """Asks whether to go on here with what she left open on another channel; None when nothing is."""

    used: list[tuple[str, str]] = field(default_factory=list)
    """(function, what became of it) of this turn, for the figures about use (`backend.reports.usage`)."""

    made: dict[str, Flow | None] = field(default_factory=dict)
    """Flows of a Series that this turn has looked up."""

    @property
    def flow(self) -> Flow | None:
        return self.find(self.memory.flow) if self.memory.flow else None

    def find(self, name: str) -> Flow | None:
        """The Flow of that name; one of a Series is made once in a turn."""
        found = self.registry.flows.get(name)
        if found is None:
            if name not in self.made:
                self.made[name] = self.registry.flow(name)
            found = self.made[name]
        return found

    def named(self, name: str) -> Flow:
        """The Flow that our own code asks for; KeyError when there is none."""
        found = self.find(name)
        if found is None:
            raise KeyError(name)
        return found

    @property
    def speaks(self) -> str:
        return self.locale or self.person.locale

    def note(self, function: str, what: str) -> None:
        """A function was used; of a Series all its Flows are one."""
        self.used.append((function.partition(":")[0], what))

    def say(self, *words: Words) -> None:
        self.replies.extend(words)
        self.question = False

    def ask(self, words: Words) -> None:
        """Say the open Form's question."""
        self.replies.append(words)
        self.question = True


def whoever(person: Person) -> Person:
    """Whose Identity it is now: a Flow may just have proven it."""
    resident_id, staff_id, org_id = people.whose(person.identity_id)
    return replace(person, resident_id=resident_id, staff_id=staff_id, org_id=org_id)


def vouched(person: Person) -> list[str]:
    """The addresses that the channel itself vouches for. A caller's number is not among them: it can be forged."""
    return [person.address] if person.channel == "sms" else []

"""A small community to talk with: one Form, a few Commands, and people who write in."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from backend.core.errors import Conflict
from backend.core.i18n import _
from backend.fields.choices import Choice, Choices
from backend.fields.form import Form
from backend.fields.phone import Phone
from backend.fields.text import LongText, Text
from backend.fields.words import Option, Said, Words
from conversations.engine import Engine
from conversations.flow import Answer, Command, Flow, Opening, Person, Retry, Submitted
from conversations.inbound import Inbound, Turn
from conversations.registry import Registry
from tests.databases import TestDatabase

TEA = Form(
    "tea",
    title="Tea at the community house",
    fields=[
        Text("who", label="Name", ask="Who is coming?"),
        Choice(
            "day",
            label="Day",
            ask="Which day suits you?",
            options=[Choices("sat", "Saturday"), Choices("sun", "Sunday")],
        ),
        LongText("wish", label="Wish", ask="Any wishes?", sensitive=True),
    ],
)
PHONE = Form(
    "phone",
    title="A number",
    fields=[Phone("mobile", label="Mobile", ask="Your mobile?", verify="code")],
    review=False,
)


@dataclass
class Community:
    """What the conversations lead to, so that effects can be counted."""

    teas: list[dict[str, Any]] = field(default_factory=list)
    proven: list[tuple[str, ...]] = field(default_factory=list)
    full: set[str] = field(default_factory=set)
    broken: bool = False

    def open_tea(self, person: Person, text: str) -> Opening:
        return Opening(prefill={"who": text.split("tea for ")[1]} if "tea for " in text else {})

    def take_tea(self, person: Person, done: Submitted) -> Answer | Retry:
        if self.broken:
            raise RuntimeError("the kettle fell over")
        if done.answers["day"] in self.full:
            return Retry("day", "That day is full by now.")
        self.teas.append(dict(done.answers))
        return Answer.of(Words("See you at tea.", options=(Option("tea.drop:7", "Not coming after all"),)))

    def take_phone(self, person: Person, done: Submitted) -> Answer:
        self.proven.append(done.proven)
        return Answer.of(Words("Number known."))

    def drop(self, person: Person, argument: str) -> Answer:
        if argument != "7":
            raise Conflict(_("A colleague has already answered."))
        self.teas.clear()
        return Answer.of(Words("All right, dropped."))

    def registry(self) -> Registry:
        return Registry(
            [
                Flow("tea", TEA, "Tea", self.open_tea, self.take_tea, (re.compile(r"\btea\b|喝茶"),), menu=1),
                Flow(
                    "phone",
                    PHONE,
                    "Phone",
                    lambda _p, _t: Opening(),
                    self.take_phone,
                    (re.compile("号码"),),
                    menu=2,
                ),
            ],
            [Command("tea.drop", self.drop, patterns=(re.compile(r"drop tea (\d+)"),))],
        )


@dataclass
class Phone_:
    """Somebody's phone or browser: says things, remembers what came back."""

    engine: Engine
    channel: str
    address: str
    counter: Any = field(default_factory=lambda: itertools.count(1))
    last: Turn | None = None

    def say(self, text: str = "", *, event: str | None = None, **given: Any) -> str:
        """Say something; returns what came back, all replies in one."""
        said = given.pop("said", Said(text=text))
        event = event or f"{self.address}-{next(self.counter)}"
        self.last = self.engine.handle(Inbound(self.channel, self.address, event, said, locale="en", **given))
        return "\n".join(r.content.text for r in self.last.replies)

    def tap(self, label: str, **given: Any) -> str:
        """Press the button with this label on the newest message that has it."""
        assert self.last is not None
        for reply in reversed(self.last.replies):
            for index, option in enumerate(reply.content.options):
                if option.label == label:
                    return self.say(message_id=reply.message_id, option=index, said=Said(), **given)
        raise AssertionError(
            f"no button {label!r} in {[o.label for r in self.last.replies for o in r.content.options]}"
        )


@pytest.fixture
def community(database: TestDatabase, configure: Callable[..., None]) -> Community:
    configure(TWILIO_ACCOUNT_SID="AC1", TWILIO_FROM="+8610650000000")
    return Community()


@pytest.fixture
def phone(community: Community) -> Callable[..., Phone_]:
    engine = Engine(community.registry())

    def of(channel: str = "webchat", address: str = "grandma-browser") -> Phone_:
        return Phone_(engine, channel, address)

    return of

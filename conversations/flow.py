"""What a conversation is made of: Flows (a Form and what it leads to) and Commands (one tap, one effect)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal, Protocol

from backend.core.i18n import Text
from backend.core.values import value
from backend.fields.form import Form
from backend.fields.words import Words

Audience = Literal["anyone", "newcomer", "resident", "staff"]


class Heard(Protocol):
    """Finds words in a text: a compiled pattern, or what does as one."""

    def search(self, string: str, /) -> re.Match[str] | None: ...


AT_ONCE = timedelta(minutes=1)
"""What a channel brings within this time was said now; clocks of providers differ by seconds from ours."""


@value
class Person:
    """Who is talking: one Identity, and whose it is proven to be."""

    identity_id: int
    channel: str
    address: str
    locale: str
    resident_id: int | None
    staff_id: int | None
    org_id: int | None
    ours: bool = False
    """She took a call that we made."""
    said_at: datetime | None = None
    """When she said what is heard now, where the channel tells."""

    @property
    def knows_until(self) -> datetime | None:
        """What came after it she cannot mean; None: she speaks now."""
        return self.said_at + AT_ONCE if self.said_at is not None else None

    @property
    def certain(self) -> bool:
        """Whether her address is more than claimed: a call to us shows a number that can be forged (see `callers`)."""
        return self.channel != "voice" or self.ours


@dataclass(frozen=True, slots=True)
class Opening:
    """Begin a Flow: what is known already (`prefill`, parsed values), what its Fields may look up (`facts`, JSON)."""

    flow: str = ""
    """Empty: the Flow whose `start` returned this."""
    prefill: Mapping[str, Any] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)
    before: tuple[Words, ...] = ()
    """Said before the first question."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Say this; the conversation is over (or was never opened)."""

    replies: tuple[Words, ...]
    handover: str | None = None
    """Put her on the list of people who wait for a person: "asked" or "emergency"."""
    then: Opening | None = None
    """After a submit: what is asked next (`flow` named), once this has taken effect."""

    @classmethod
    def of(cls, *replies: Words) -> Answer:
        return cls(replies)


@dataclass(frozen=True, slots=True)
class Retry:
    """The submit could not take one answer (a slot just went): ask that Field again, keep the rest."""

    field: str
    text: Text
    facts: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Submitted:
    """A complete Form: parsed answers by Field name, the addresses proven on the way, the facts it was opened with."""

    answers: Mapping[str, Any]
    proven: tuple[str, ...]
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Flow:
    """A conversation written by us. `start` and `submit` run inside the turn's transaction."""

    name: str
    form: Form
    title: Text
    start: Callable[[Person, str], Opening | Answer]
    """Given who speaks and the free text that led here ("" from the menu)."""
    submit: Callable[[Person, Submitted], Answer | Retry]
    intents: tuple[re.Pattern[str], ...] = ()
    """Free text that means this Flow; the longest match over all Flows wins."""
    audience: Audience = "anyone"
    menu: int | None = None
    """Place in the menu; None: not listed."""
    examples: tuple[str, ...] = ()
    """How people say it, in each language: words that no pattern knows are compared with these."""
    aside: Callable[[Mapping[str, Any], str], Mapping[str, Any]] | None = None
    """Given the answers so far and words that do not answer the open question: the answers that they change."""
    outright: re.Pattern[str] | None = None
    """Words that say that she wants just this (我要投诉, …): they go before all else that she mentions, save a cry for help."""
    yields: tuple[str, ...] = ()
    """Flows whose words are never an answer here: 我登记过了 is no name."""


@dataclass(frozen=True, slots=True)
class Series:
    """Flows that staff write in the admin, stored as data: the Flow of number 12 is named `name:12`.

    `flow` makes it, in the turn's transaction; None only when there never was one. A Flow that is over (a closed survey) is
    still made, and says so in `start` and `submit`: somebody may be in the midst of it.
    """

    name: str
    flow: Callable[[int], Flow | None]


@dataclass(frozen=True, slots=True)
class Command:
    """One act, from an option's value `name:argument`, from free text (`patterns`; group 1 is the argument), or the menu."""

    name: str
    run: Callable[[Person, str], Answer | Opening]
    title: Text = ""
    patterns: tuple[Heard, ...] = ()
    audience: Audience = "anyone"
    menu: int | None = None
    whole: bool = False
    """The argument of free text is all of it, whatever part the pattern found."""
    at_a_loss: bool = False
    """Tried on words that nothing understands; an Answer without replies: it cannot make anything of them either."""
    photos: bool = False
    """A photo that comes when nothing is open is for this Command; the argument is the Media's key."""
    anytime: tuple[Heard, ...] = ()
    """Words that are heard even while a Form is open, whatever it asks. Where nothing is open, a Command that has any goes
    before all others, however long a match they have."""
    examples: tuple[str, ...] = ()
    """As a Flow's."""
    outright: re.Pattern[str] | None = None
    """As a Flow's."""
    beside: re.Pattern[str] | None = None
    """What people say beside the number of one of its options in a list: 活动2, 报名第2个. Her words then follow the argument,
    after a colon."""
    hears: Callable[[str, str], str | None] | None = None
    """Words that answer an option of this Command while it is the newest that was offered: given the option's argument and the
    words, the argument to run with; None when they do not."""

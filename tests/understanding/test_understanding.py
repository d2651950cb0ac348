"""What people write first is understood, measured on two halves: one that our words were tuned on, one that they were not."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pytest

from backend.core import clock as clocks
from backend.core.clock import Hands
from backend.fields.address import Home
from backend.fields.words import Said
from backend.messaging import people
from conversations import flows
from conversations.flow import Opening, Person
from tests.databases import TestDatabase
from tests.requests.neighbourhood import Neighbourhood, settle
from tests.understanding.measure import ASKED, HALVES, Line, Listener, Measured, lines, measure

ENOUGH = {"tune": 0.98, "held_out": 0.93}
"""The share that must go where it belongs. The second half was 93.0 % when it was first measured, and only cries were looked at since."""
UNHEARD = {"tune": 0, "held_out": 0}
"""Cries that are not known yet: it goes down, never up."""
TOLD = {"tune": 0.98, "held_out": 0.8}
"""The share of what first sentences say (category, home, day) that is taken from them; one line asks for a Sunday, when nobody comes."""
_LAMPS = {"public": ("public", "lights")}
"""A lamp of the hallway is public, and it is a lamp: the electrician comes for both."""


@dataclass(frozen=True)
class Street:
    """Who writes: a resident, and somebody who is not registered."""

    hood: Neighbourhood
    resident: Person
    newcomer: Person
    listener: Listener

    def heard(self, half: str) -> Measured:
        return measure(half, self.listener, self.resident, self.newcomer)


@pytest.fixture
def street(sqlite_database: TestDatabase, clock: Hands) -> Street:
    hood = settle()
    known, unknown = people.ensure("webchat", "chen", "zh_CN"), people.ensure("webchat", "new", "zh_CN")
    people.join_resident(known.id, hood.chen, hood.happy.id)
    return Street(
        hood,
        Person(known.id, "webchat", "chen", "zh_CN", hood.chen, None, hood.happy.id),
        Person(unknown.id, "webchat", "new", "zh_CN", None, None, None),
        Listener(),
    )


@pytest.mark.parametrize("half", HALVES)
def test_nearly_everything_that_people_write_first_goes_where_it_belongs(
    street: Street, half: str, capsys: pytest.CaptureFixture[str]
) -> None:
    heard = street.heard(half)
    summary = (
        f"{half}: {heard.right} of {heard.lines} ({heard.share:.1%}); {heard.of_topics() or 'no confusion'}"
    )
    with capsys.disabled():
        sys.stdout.write(f"\n{summary}\n")
    assert heard.share >= ENOUGH[half], summary


@pytest.mark.parametrize("half", HALVES)
def test_emergencies_raise_the_alarm_and_nothing_else_does(street: Street, half: str) -> None:
    for who in (street.resident, street.newcomer):
        wrong = [
            line.topic
            for line in lines(half)
            if (street.listener.where(line.text, who) == "emergency") != (line.topic == "emergency")
        ]
        assert set(wrong) <= {"emergency"}, "nobody else may raise the alarm"
        assert len(wrong) <= UNHEARD[half]


@pytest.mark.parametrize("half", HALVES)
def test_what_says_too_little_goes_nowhere(street: Street, half: str) -> None:
    unclear = [line for line in lines(half) if line.topic == "unclear"]
    went = [street.listener.where(line.text, street.resident) for line in unclear]
    assert [w for w in went if w not in ASKED] == []


@pytest.mark.parametrize("half", HALVES)
def test_what_the_first_sentence_says_is_not_asked_again(street: Street, half: str) -> None:
    start = flows.registry().flows["repair"].start
    said = missed = 0
    for line in (line for line in lines(half) if line.topic == "repair" and line.says):
        opened = start(street.resident, street.listener.text(line.text, street.resident))
        assert isinstance(opened, Opening)
        said += len(line.says)
        missed += sum(not _CHECKS[name](opened, says) for name, says in line.says.items())
    assert 1 - missed / said >= TOLD[half], f"{missed} of {said}"


def _category(opened: Opening, says: str) -> bool:
    return opened.prefill.get("category") in _LAMPS.get(says, (says,))


def _home(opened: Opening, says: str) -> bool:
    place = opened.prefill.get("place")
    return isinstance(place, Home) and place.short("zh_CN") == says


def _day(opened: Opening, says: str) -> bool:
    """The window is taken, or those of that day are offered first."""
    slots = {s["value"]: s for s in opened.facts["slots"]}
    chosen = opened.prefill.get("slot")
    slot = slots[chosen.choice] if isinstance(chosen, Said) else next(iter(slots.values()))
    return clocks.local(datetime.fromisoformat(slot["start"])).date() == _date(says)


def _date(says: str) -> date:
    today = clocks.local(clocks.now()).date()
    days = {"today": 0, "tomorrow": 1, "day_after": 2}
    if says in days:
        return today + timedelta(days=days[says])
    wanted = ("mon", "tue", "wed", "thu", "fri", "sat", "sun").index(says)
    return today + timedelta(days=(wanted - today.weekday()) % 7)


_CHECKS: Mapping[str, Callable[[Opening, str], bool]] = {"category": _category, "home": _home, "day": _day}


def test_the_halves_are_what_they_claim_to_be() -> None:
    """At least 300 together, and not one line twice."""
    texts = [line.text for half in HALVES for line in lines(half)]
    assert len(texts) >= 300
    assert len(set(texts)) == len(texts)


def _lines_of(*topics: str) -> list[Line]:
    return [line for line in lines("tune") if line.topic in topics]


def test_each_candidate_that_is_asked_about_has_a_name(street: Street) -> None:
    ours = flows.registry()
    for entry in (*ours.flows.values(), *ours.commands.values()):
        assert not entry.examples or entry.title, entry.name


def test_a_guess_takes_less_than_a_millisecond(street: Street) -> None:
    ours = flows.registry()
    said = [line.text for line in _lines_of("unclear", "repair", "my_repairs")]
    rounds = []
    for _round in range(4):  # the first reads the dictionaries
        began = time.process_time()
        for text in said:
            ours.guess(text, street.resident)
        rounds.append((time.process_time() - began) / len(said))
    assert min(rounds) < 0.001

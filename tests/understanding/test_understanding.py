"""What people write first is understood, measured on two halves: one that our words were tuned on, one that they were not."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from backend.core import clock as clocks
from backend.core.clock import Hands
from backend.fields.address import Home
from backend.fields.words import Said
from backend.messaging import people
from conversations import cries, flows, learn, learnt, topics
from conversations.flow import Command, Flow, Opening, Person
from conversations.traits import traits
from conversations.understanding import ANYWHERE
from tests.databases import TestDatabase
from tests.requests.neighbourhood import Neighbourhood, settle
from tests.understanding.measure import ASKED, HALVES, Line, Listener, Measured, lines, measure

pytestmark = pytest.mark.xdist_group("understanding")

ENOUGH = {"tune": 0.98, "held_out": 0.95}
"""The share that must go where it belongs. The 200 lines of `held_out.tsv` were written by somebody who had seen no rule; 85.5 % of
them went right at first sight, 94.5 % once there was a learnt part, 95.4 % (of the 194 that no line of `tune.tsv` repeats) once the
half that was held out before was learnt from too."""
UNHEARD = {"tune": 0, "held_out": 0}
"""Cries that are not known yet: it goes down, never up."""
FALSE_ALARMS = {"tune": 0, "held_out": 1}
"""Other lines that raise the alarm: they go down, never up."""
GO_SOMEWHERE = {"tune": 1, "held_out": 2}
"""Lines that say too little and go somewhere all the same: they go down, never up."""
ASTRAY = 0.05
"""The share of chat, weather, poems and nonsense (`out_of_scope.txt`, of which nothing is learnt) that goes somewhere: it was 0.16
before sentences of that sort (`beside.txt`) were learnt from."""
TOLD = 0.94
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
        heard = [(line.topic, street.listener.went(line.text, who)) for line in lines(half)]
        unheard = [topic for topic, went in heard if topic == "emergency" != went]
        false = [topic for topic, went in heard if topic != "emergency" == went]
        assert len(unheard) <= UNHEARD[half]
        assert len(false) <= FALSE_ALARMS[half]


@pytest.mark.parametrize("half", HALVES)
def test_what_says_too_little_goes_nowhere(street: Street, half: str) -> None:
    unclear = [line for line in lines(half) if line.topic == "unclear"]
    went = [street.listener.went(line.text, street.resident) for line in unclear]
    assert len([w for w in went if w not in ASKED]) <= GO_SOMEWHERE[half]


def test_chat_weather_poems_and_nonsense_are_asked_about(street: Street) -> None:
    texts = (Path(__file__).parent / "out_of_scope.txt").read_text(encoding="utf-8").splitlines()
    went = [street.listener.where(text, street.resident) for text in texts]
    assert len(texts) >= 40 and not {text for text, _topic in learn.examples()} & set(texts)
    assert "emergency" not in went
    assert len([w for w in went if w not in ASKED]) <= ASTRAY * len(texts)


def test_what_the_first_sentence_says_is_not_asked_again(street: Street) -> None:
    start = flows.registry().flows["repair"].start
    said = missed = 0
    for line in (line for line in lines("tune") if line.topic == "repair" and line.says):
        opened = start(street.resident, street.listener.text(line.text, street.resident))
        assert isinstance(opened, Opening)
        said += len(line.says)
        missed += sum(not _CHECKS[name](opened, says) for name, says in line.says.items())
    assert 1 - missed / said >= TOLD, f"{missed} of {said}"


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
    """A thousand together, and not one line twice."""
    texts = [line.text for half in HALVES for line in lines(half)]
    assert len(texts) >= 1000
    assert len(set(texts)) == len(texts)


def _lines_of(*wanted: str) -> list[Line]:
    return [line for line in lines("tune") if line.topic in wanted]


def test_each_candidate_that_is_asked_about_has_a_name(street: Street) -> None:
    ours = flows.registry()
    entries: list[Flow | Command] = [*ours.flows.values(), *ours.commands.values()]
    for entry in entries:
        spoken_of = entry.name in topics.TOPICS
        assert not (entry.examples or spoken_of) or entry.title, entry.name
    known = {*ours.flows, *ours.commands, *(f"+{name}" for name in ANYWHERE)}
    assert {*topics.TOPICS, *topics.SAME.values()} <= known


def test_the_learnt_weights_are_those_of_the_examples_and_small() -> None:
    kept = json.loads(learnt.FILE.read_text(encoding="utf-8"))
    assert kept["made_from"] == learn.digest(learn.examples()), "python -m conversations.learn"
    assert learnt.FILE.stat().st_size < 300_000


def test_learning_the_same_twice_gives_the_same_weights() -> None:
    few = [(traits(text), topic) for text, topic in learn.examples()[:60]]
    assert learn.packed(learn.learn(few, 2)[1]) == learn.packed(learn.learn(few, 2)[1])


def test_what_was_learnt_raises_no_alarm_and_silences_none(street: Street) -> None:
    """It may only ask whether somebody is in danger."""
    ours = flows.registry()
    for line in lines("tune")[::3]:
        guess = ours.guess(line.text, street.resident)
        if guess.learnt:
            entry = guess.candidates[0].entry
            assert not (isinstance(entry, Command) and entry.anytime), line.text
        meant = ours.meaning(line.text, street.resident)
        if meant is not None and isinstance(meant.entry, Command) and meant.entry.anytime:
            assert not ours.doubted(meant, line.text)


def test_a_cry_is_heard_at_the_end_of_a_story() -> None:
    quiet = (
        "今天早上我去楼下菜市场买菜，回来碰到隔壁的王阿姨，她说孩子这两天感冒了，老伴有点累，我陪她聊了一会儿，坐电梯上楼。"
        * 4
    )
    assert cries.CRY.search(quiet[:200]) is None
    assert cries.CRY.search(f"{quiet[:200]}，救命") is not None


@pytest.mark.parametrize(
    "said",
    ["笑死我了救命", "我怕我妈摔跤", "我妈去年摔断过腿", "昨天电视里那个着火的新闻", "消防演习几点开始", "煤气灶打不着火", "热水器打不着火", "心疼死了这么贵",
     "120元", "要120块", "电费快120了", "血压120/80", "心率119", "3栋120快来修灯", "摔坏了赔120", "煤气没气了交了120", "停了120天",
     "快递120", "牙疼看病花了120", "停水了，交了120", "轮胎没气了", "快120岁了"],
)  # fmt: skip
def test_what_only_sounds_like_a_cry_is_none(said: str) -> None:
    assert cries.CRY.search(said) is None


@pytest.mark.parametrize(
    "said", ["我好害怕，有人撬门", "去年就这样，今天我妈又摔倒了", "讲座上有人晕倒了", "哈哈哈，不是，真的着火了", "I fell and can't get up",
     "心跳停了120", "没心跳了", "人没气了打120", "人没气了", "没气了快120", "呼吸停了", "脉搏没了", "120快来", "110快来人", "快120", "昏了120",
     "老伴不行了 120", "厨房着火119快", "孩子抽搐 120！", "停止呼吸了"]
)  # fmt: skip
def test_what_stands_around_a_cry_does_not_silence_it(said: str) -> None:
    assert cries.CRY.search(said) is not None

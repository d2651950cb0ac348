"""kill -9 at every boundary in the life of a message: done exactly once, nothing lost, and nobody has to help.

A grandmother with a keypad phone books a repair by SMS; the duty desk is told by SMS. The processes are those of the
Procfile; they are killed by `site/sitecustomize.py`, which only looks on.
"""

from __future__ import annotations

from importlib import import_module
from operator import attrgetter

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from tests.faults.house import BOOKING, WEB, WORKER, House

pytestmark = pytest.mark.e2e

CORE = (
    "when all is written but not committed",
    "when it is committed and not yet put in words",
    "when the answer has left and is not settled",
)


@pytest.mark.parametrize("point", [*WEB.values(), *WORKER.values()])
def test_the_moments_are_still_where_the_code_passes(point: str) -> None:
    module, name, _moment = point.split(":")
    assert callable(attrgetter(name)(import_module(module))), f"{point} has moved: name its new place"


def web_is_killed(house: House, moment: str) -> None:
    grandmother = house.somebody()
    for words in BOOKING[:-1]:
        house.text(grandmother, words)
    house.kill_next("web", WEB[moment])
    house.text(grandmother, BOOKING[-1])
    house.killed()
    house.check(grandmother)


def worker_is_killed(house: House, moment: str) -> None:
    grandmother = house.somebody()
    for words in BOOKING[:-1]:
        house.text(grandmother, words)
    house.kill_next("worker", WORKER[moment])
    house.text(grandmother, BOOKING[-1])
    house.killed()
    house.check(grandmother)


@pytest.mark.parametrize("moment", WEB)
def test_web_killed(sqlite_house: House, moment: str) -> None:
    web_is_killed(sqlite_house, moment)


@pytest.mark.parametrize("moment", CORE)
def test_web_killed_on_postgresql(postgres_house: House, moment: str) -> None:
    web_is_killed(postgres_house, moment)


@pytest.mark.parametrize("moment", WORKER)
def test_worker_killed(sqlite_house: House, moment: str) -> None:
    worker_is_killed(sqlite_house, moment)


@pytest.mark.parametrize("moment", ["after it was sent, before it is settled"])
def test_worker_killed_on_postgresql(postgres_house: House, moment: str) -> None:
    worker_is_killed(postgres_house, moment)


def test_an_answer_that_twilio_never_asks_for_again_is_sent_by_a_worker(house: House) -> None:
    grandmother = house.somebody()
    for words in BOOKING[:-1]:
        house.text(grandmother, words)
    house.kill_next("web", WEB["when it is committed and not yet put in words"])
    assert house.text(grandmother, BOOKING[-1], repeats=False) == []
    house.killed(reap=False)
    house.check(grandmother)
    house.twilio.waits_for_message(grandmother, "R")


STEP = st.sampled_from(
    [("", ""), *(("web", point) for point in WEB.values()), *(("worker", point) for point in WORKER.values())]
)


@given(steps=st.tuples(*([STEP] * len(BOOKING))))
@hypothesis_settings(
    max_examples=4,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_killed_at_any_moments(sqlite_house: House, steps: tuple[tuple[str, str], ...]) -> None:
    """One death or none at each step of the conversation; an order that nobody comes past is taken back."""
    grandmother = sqlite_house.somebody()
    for words, (who, point) in zip(BOOKING, steps, strict=True):
        if who:
            sqlite_house.kill_next(who, point)
        sqlite_house.text(grandmother, words)
        if who:
            sqlite_house.settle_death()
    sqlite_house.check(grandmother)

"""A chat is tied to a staff member by a code that is hard to guess and good once."""

from __future__ import annotations

import pytest

from backend.core import clock as clocks
from backend.core.access import SYSTEM
from backend.core.db import execute
from backend.staff import actions, links, queries
from backend.staff.models import Staff
from tests.staff.conftest import Street
from tests.web.browser import employ


@pytest.fixture
def wang(street: Street) -> Staff:
    return employ("wang", "王师傅", ("repairer", street.happy))


def another(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


def test_the_code_ties_once(wang: Staff) -> None:
    code = links.make_link_code(queries.actor_of(wang), wang.id)
    assert len(code) == 6 and code.isdigit()
    assert links.claim_link_code(f" {code} ", "identity:1") == wang
    assert links.claim_link_code(code, "identity:2") is None


def test_the_code_lasts_a_quarter_of_an_hour_and_a_new_one_replaces_it(wang: Staff) -> None:
    with clocks.stopped() as hands:
        first = links.make_link_code(queries.actor_of(wang), wang.id)
        second = links.make_link_code(queries.actor_of(wang), wang.id)
        if first != second:
            assert links.claim_link_code(first, "identity:1") is None
        hands.forward(minutes=15, seconds=1)
        assert links.claim_link_code(second, "identity:1") is None


def test_the_code_itself_is_kept_nowhere(wang: Staff) -> None:
    code = links.make_link_code(queries.actor_of(wang), wang.id)
    assert code not in str(execute("SELECT * FROM staff_link").fetchall())


def test_guessing_stops_after_five_tries_for_one_and_fifty_for_all(wang: Staff) -> None:
    with clocks.stopped() as hands:
        code = links.make_link_code(queries.actor_of(wang), wang.id)
        for _n in range(5):
            assert links.claim_link_code(another(code), "identity:9") is None
        assert links.claim_link_code(code, "identity:9") is None, "this one guessed too often"
        for n in range(45):
            links.claim_link_code(another(code), f"identity:{100 + n}")
        assert links.claim_link_code(code, "identity:1") is None, "somebody guesses from many addresses"
        hands.forward(minutes=16)
        code = links.make_link_code(queries.actor_of(wang), wang.id)
        assert links.claim_link_code(code, "identity:9") == wang


def test_who_left_ties_no_chat(wang: Staff) -> None:
    code = links.make_link_code(queries.actor_of(wang), wang.id)
    actions.deactivate(SYSTEM, wang.id)
    assert links.claim_link_code(code, "identity:1") is None

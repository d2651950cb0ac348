"""Who gets a place: fair, never too many, whatever happens in whatever order."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.events import hours, places
from backend.events.places import Party

SHANGHAI = ZoneInfo("Asia/Shanghai")


def signed(number: int, people: int = 1) -> Party:
    return Party(number, "signed", people)


def waiting(number: int, position: int, people: int = 1) -> Party:
    return Party(number, "waiting", people, position)


def test_the_last_place_is_given_and_the_next_person_waits() -> None:
    assert places.joins(2, [signed(1)], 1) == "signed"
    assert places.joins(2, [signed(1), signed(2)], 1) == "waiting"
    assert places.joins(None, [signed(n) for n in range(500)], 1) == "signed"


def test_a_family_that_does_not_fit_waits_while_a_single_neighbour_still_finds_a_place() -> None:
    four = [signed(1, 2), waiting(2, 1, 4)]
    assert places.joins(4, four, 1) == "signed"
    assert places.joins(4, four, 3) == "waiting"


def test_a_newcomer_does_not_take_what_somebody_on_the_list_could_have() -> None:
    night = [signed(1), waiting(2, 1), waiting(3, 2)]
    assert places.joins(3, night, 1) == "waiting"
    assert places.joins(4, night, 1) == "signed"


def test_a_freed_place_goes_to_the_first_who_fits_and_the_family_keeps_its_turn() -> None:
    line = [signed(1), waiting(2, 1, 4), waiting(3, 2), waiting(4, 3)]
    assert [p.id for p in places.offers(2, line)] == [3]
    assert [p.id for p in places.offers(5, line)] == [2]
    assert [p.id for p in places.offers(7, line)] == [2, 3, 4]


def test_an_offer_keeps_its_place_until_it_is_late() -> None:
    at = datetime(2026, 11, 2, 2, tzinfo=UTC)
    line = [Party(1, "offered", 1, 1, at), waiting(2, 2)]
    assert places.offers(1, line) == []
    assert places.lapsed(line, at - timedelta(seconds=1)) == []
    assert [p.id for p in places.lapsed(line, at)] == [1]


@pytest.mark.parametrize(
    ("now", "minutes", "by"),
    [
        ("2026-11-02 10:00", 120, "2026-11-02 12:00"),
        ("2026-11-02 20:30", 120, "2026-11-03 09:30"),
        ("2026-11-02 23:00", 120, "2026-11-03 10:00"),
        ("2026-11-02 06:00", 120, "2026-11-02 10:00"),
        ("2026-11-02 08:00", 13 * 60 + 10, "2026-11-03 08:10"),
    ],
)
def test_a_deadline_does_not_run_while_people_sleep(now: str, minutes: int, by: str) -> None:
    begins = datetime.fromisoformat(now).replace(tzinfo=SHANGHAI).astimezone(UTC)
    ends = hours.after_awake(begins, minutes, SHANGHAI)
    assert ends.astimezone(SHANGHAI).replace(tzinfo=None) == datetime.fromisoformat(by)


def test_a_deadline_is_as_long_on_the_night_when_the_clocks_change() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    evening = datetime(2026, 10, 24, 20, 30, tzinfo=berlin).astimezone(UTC)
    morning = datetime(2026, 10, 25, 8, 30, tzinfo=berlin)
    assert hours.after_awake(evening, 60, berlin) == morning


def test_no_place_is_kept_beyond_the_beginning() -> None:
    now = datetime(2026, 11, 2, 2, tzinfo=UTC)
    soon = now + timedelta(minutes=20)
    assert hours.confirm_by(now, 120, soon, SHANGHAI) == soon


PARTIES = st.lists(
    st.tuples(st.sampled_from(["signed", "offered", "waiting", "cancelled", "attended"]), st.integers(1, 5)),
    max_size=12,
)


@given(PARTIES, st.integers(1, 20), st.integers(1, 5))
def test_offers_and_newcomers_never_overfill_and_never_overtake(
    drawn: list[tuple[str, int]], capacity: int, people: int
) -> None:
    line = [Party(n, status, size, n) for n, (status, size) in enumerate(drawn)]
    free = places.free(capacity, line)
    turns = places.offers(capacity, line)
    assert sum(p.people for p in turns) <= free
    chosen, left = {p.id for p in turns}, free
    for party in places.waiting(line):
        # Whoever is passed over did not fit into what those before had left.
        assert (party.id in chosen) == (party.people <= left)
        left -= party.people if party.id in chosen else 0
    if places.joins(capacity, line, people) == "signed":
        assert people + sum(p.people for p in turns) <= free

"""In or out, as well as satellites can tell."""

from __future__ import annotations

import math
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.core.errors import Invalid
from iot.seeing.fences import (
    Circle,
    Place,
    Polygon,
    Shape,
    Stand,
    beyond,
    circle,
    direction,
    from_json,
    holds,
    polygon,
    step,
    to_json,
)

HOME = Place(39.9042, 116.4074)
AREA = Circle(HOME, 200)


def moved(north: float, east: float = 0, error: float = 10) -> Place:
    """So many metres from home."""
    return Place(
        HOME.latitude + math.degrees(north / 6_371_000),
        HOME.longitude + math.degrees(east / 6_371_000 / math.cos(math.radians(HOME.latitude))),
        error,
    )


SQUARE = Polygon(tuple(moved(n, e) for n, e in ((100, 100), (100, -100), (-100, -100), (-100, 100))))


def walk(*places: Place, shape: Shape = AREA, at_night: bool = True) -> list[str]:
    stand, said = Stand(), []
    for place in places:
        stand, event = step(shape, stand, place, holds=at_night)
        said.append(event)
    return said


def test_two_positions_surely_outside_are_leaving_and_two_inside_are_being_back() -> None:
    out, home = moved(400), moved(20)
    assert walk(home, out, out, out, home, home) == ["", "", "left", "", "", "back"]


def test_one_position_that_jumps_is_nothing_and_at_the_edge_nothing_changes() -> None:
    assert walk(moved(900), moved(10), moved(900), moved(10)) == ["", "", "", ""]
    assert walk(*[moved(400)] * 2, *[moved(n) for n in (210, 195, 215, 190, 220)]) == ["", "left", *[""] * 5]


def test_a_position_counts_only_beyond_its_own_error() -> None:
    assert walk(*[moved(400, error=250)] * 5) == [""] * 5
    assert walk(*[moved(900, error=250)] * 2) == ["", "left"]
    assert walk(*[moved(900)] * 2, *[moved(0, error=900)] * 5) == ["", "left", *[""] * 5]


def test_out_of_its_hours_she_may_go_where_she_likes() -> None:
    assert walk(*[moved(900)] * 4, at_night=False) == [""] * 4


@pytest.mark.parametrize(
    ("days", "begins", "ends", "at", "yes"),
    [
        ("1234567", "", "", "2026-11-02T03:00", True),
        ("67", "", "", "2026-11-02T03:00", False),
        ("1234567", "20:00", "07:00", "2026-11-02T06:59", True),
        ("1234567", "20:00", "07:00", "2026-11-02T07:00", False),
        ("7", "20:00", "07:00", "2026-11-02T03:00", True),
        ("1", "20:00", "07:00", "2026-11-02T03:00", False),
        ("1", "08:00", "18:00", "2026-11-02T08:00", True),
    ],
)
def test_an_area_holds_in_its_hours(days: str, begins: str, ends: str, at: str, yes: bool) -> None:
    assert holds(days, begins, ends, datetime.fromisoformat(at)) is yes


@given(st.floats(-2_000, 2_000), st.floats(-2_000, 2_000))
def test_how_far_outside_a_square_is_what_a_ruler_says(north: float, east: float) -> None:
    dx, dy = abs(east) - 100, abs(north) - 100
    ruler = math.hypot(max(dx, 0), max(dy, 0)) if max(dx, dy) > 0 else max(dx, dy)
    assert beyond(SQUARE, moved(north, east)) == pytest.approx(ruler, abs=1.5)


@given(st.lists(st.tuples(st.floats(-800, 800), st.floats(0, 200)), max_size=60))
def test_leaving_and_being_back_take_turns(path: list[tuple[float, float]]) -> None:
    said = [event for event in walk(*(moved(n, error=e) for n, e in path)) if event]
    assert said == ["left", "back"] * (len(said) // 2) + ["left"] * (len(said) % 2)


def test_shapes_are_typed_and_kept() -> None:
    for shape in (circle("39.9042，116.4074", "200"), polygon("1 1\n1, 1.01\n1.01 1")):
        assert from_json(to_json(shape)) == shape
    for wrong in (lambda: circle("north", "200"), lambda: circle("1,1", "5"), lambda: polygon("1 1\n2 2")):
        with pytest.raises(Invalid):
            wrong()
    assert direction(HOME, moved(-100)).id == "south"
    assert direction(HOME, moved(50, 50)).id == "north-east"


def test_the_date_line_is_no_way_round_the_world() -> None:
    assert beyond(Circle(Place(0, 179.9999), 200), Place(0, -179.9999)) < 0

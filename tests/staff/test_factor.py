"""The second factor and the lock-out, on both databases."""

from __future__ import annotations

import threading

import pytest

from backend.core import clock as clocks
from backend.core import db
from backend.core.db import execute
from backend.core.errors import Invalid
from backend.staff import factor, signin
from backend.staff.models import Staff
from tests.staff.conftest import Street
from tests.web.browser import PASSWORD, code_for, employ


@pytest.fixture
def li(street: Street) -> Staff:
    return employ("li.na", "李娜", ("community_admin", street.happy))


def test_a_clock_half_a_minute_off_is_forgiven_and_two_minutes_are_not(li: Staff) -> None:
    with clocks.stopped() as hands:
        factor.enrol(li.id)
        now = hands().timestamp()
        factor.confirm(li.id, code_for(li, now))
        hands.forward(minutes=10)
        now = hands().timestamp()
        assert not factor.spend(li.id, code_for(li, now - 120))
        assert factor.spend(li.id, code_for(li, now + 30))
        assert not factor.spend(li.id, code_for(li, now)), "an earlier step than the one used"


def test_a_code_typed_full_width_counts_and_what_is_no_digit_of_ours_is_a_wrong_code(li: Staff) -> None:
    with clocks.stopped() as hands:
        factor.enrol(li.id)
        factor.confirm(li.id, code_for(li, hands().timestamp()))
        hands.forward(minutes=1)
        code = code_for(li, hands().timestamp())
        for odd in ("١٢٣٤٥٦", "²²²²²²", "一二三四五六"):
            assert not factor.spend(li.id, odd)
        wide = "".join(chr(ord(c) + 0xFEE0) for c in code)
        assert factor.spend(li.id, wide)
        assert not factor.spend(li.id, code), "it is the same code"


def test_the_secret_and_the_codes_are_not_in_the_database_in_plain(li: Staff) -> None:
    with clocks.stopped() as hands:
        enrolment = factor.enrol(li.id)
        codes = factor.confirm(li.id, code_for(li, hands().timestamp()))
    (sealed,) = execute("SELECT totp_secret FROM staff WHERE id = ?", (li.id,)).fetchone()
    assert enrolment.secret.encode() not in bytes(sealed)
    digests = [row[0] for row in execute("SELECT digest FROM recovery_code").fetchall()]
    assert len(digests) == 8 and not set(digests) & set(codes)


def test_a_code_given_twice_at_the_same_instant_opens_once(li: Staff) -> None:
    with clocks.stopped() as hands:
        factor.enrol(li.id)
        factor.confirm(li.id, code_for(li, hands().timestamp()))
        hands.forward(minutes=1)
        code, together, opened = code_for(li, hands().timestamp()), threading.Barrier(4), []

        def knock() -> None:
            together.wait()
            opened.append(factor.spend(li.id, code))
            db.db.close()

        threads = [threading.Thread(target=knock) for _n in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sorted(opened) == [False, False, False, True]


def test_it_is_turned_on_once_and_a_wrong_code_does_not_turn_it_on(li: Staff) -> None:
    with clocks.stopped() as hands:
        first = factor.enrol(li.id)
        assert factor.enrol(li.id) == first, "a reloaded page shows the same picture"
        assert "secret=" in first.uri and first.uri.startswith("otpauth://totp/")
        with pytest.raises(Invalid):
            factor.confirm(li.id, "")
        factor.confirm(li.id, code_for(li, hands().timestamp()))
        with pytest.raises(Invalid):
            factor.enrol(li.id)


def test_an_account_that_rests_opens_to_nobody_until_it_has_rested(li: Staff) -> None:
    with clocks.stopped() as hands:
        for _n in range(signin.TRIES):
            with pytest.raises(signin.Refused):
                signin.by_password("li.na", "wrong wrong wrong")
        with pytest.raises(signin.Refused):
            signin.by_password("li.na", PASSWORD)
        hands.forward(minutes=1, seconds=1)
        assert signin.by_password("li.na", PASSWORD) == li

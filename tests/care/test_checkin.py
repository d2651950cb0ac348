"""The life of one check-in: asked, asked again elsewhere, then people look; never forgotten, never more than once."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from backend.care.checkin import (
    Ask,
    Help,
    Miss,
    Nudge,
    Plain,
    Question,
    Settled,
    Wait,
    after_question,
    may_end,
    step,
)

DUE = datetime(2026, 11, 2, 0, 0, tzinfo=UTC)
MIN = timedelta(minutes=1)
NEW = Plain("due", DUE, 30 * MIN, 180 * MIN, ("sms", "voice", "telegram"))


def asked(*questions: Question) -> Plain:
    return replace(NEW, status=after_question(questions), questions=questions)


def test_the_first_channel_is_asked_when_it_is_due() -> None:
    assert step(NEW, DUE) == Ask("sms")


def test_after_half_an_hour_of_silence_the_second_channel_is_asked_then_people() -> None:
    first = asked(Question("sms", DUE))
    assert step(first, DUE + 29 * MIN) == Wait(DUE + 30 * MIN)
    assert step(first, DUE + 30 * MIN) == Ask("voice")
    second = asked(Question("sms", DUE), Question("voice", DUE + 30 * MIN))
    assert second.status == "asked_again"
    assert step(second, DUE + 59 * MIN) == Wait(DUE + 60 * MIN)
    assert step(second, DUE + 60 * MIN) == Miss("silent")


def test_a_question_that_visibly_failed_goes_to_the_next_channel_at_once() -> None:
    assert step(asked(Question("sms", DUE, failed=True)), DUE + MIN) == Ask("voice")
    rung = asked(Question("sms", DUE), Question("voice", DUE + 30 * MIN, failed=True))
    assert step(rung, DUE + 31 * MIN) == Ask("telegram")


def test_when_nothing_gets_through_people_look_at_once() -> None:
    failed = [Question(c, DUE, failed=True) for c in NEW.channels]
    assert step(asked(*failed), DUE + MIN) == Miss("could_not_ask")
    assert step(replace(NEW, channels=()), DUE) == Miss("could_not_ask")


def test_a_question_that_is_late_is_asked_while_it_makes_sense_else_people_look() -> None:
    assert step(NEW, DUE + 60 * MIN) == Ask("sms")
    assert step(NEW, DUE + 181 * MIN) == Miss("could_not_ask")


def test_somebody_who_wrote_something_else_is_asked_once_more_gently_then_people_look() -> None:
    heard = replace(asked(Question("sms", DUE)), heard_at=DUE + 5 * MIN)
    assert step(heard, DUE + 10 * MIN) == Wait(DUE + 30 * MIN)
    assert step(heard, DUE + 30 * MIN) == Nudge()
    nudged = replace(heard, nudged_at=DUE + 30 * MIN)
    assert step(nudged, DUE + 45 * MIN) == Wait(DUE + 60 * MIN)
    assert step(nudged, DUE + 60 * MIN) == Miss("unclear")


def test_with_one_channel_people_look_after_one_wait() -> None:
    assert step(replace(asked(Question("sms", DUE)), channels=("sms",)), DUE + 30 * MIN) == Miss("silent")


@pytest.mark.parametrize("status", ["missed", "well", "help", "excused", "closed"])
def test_what_is_settled_or_with_people_is_left_alone(status: str) -> None:
    assert step(replace(NEW, status=status), DUE + timedelta(days=9)) == Settled()  # type: ignore[arg-type]


def test_her_own_word_counts_at_any_time_and_a_cry_for_help_more_than_well() -> None:
    assert all(may_end(s, "well") for s in ("due", "asked", "asked_again", "missed"))
    assert not may_end("help", "well")
    assert all(may_end(s, "help") for s in ("asked", "missed", "well", "closed", "excused"))
    assert may_end("missed", "closed")
    assert not may_end("well", "closed")
    assert not may_end("missed", "excused")


def test_something_slight_waits_a_quarter_of_an_hour_for_her_word_then_it_is_a_call_for_help() -> None:
    told = replace(asked(Question("sms", DUE)), nudged_at=DUE + MIN, slight=True)
    assert step(told, DUE + 15 * MIN) == Wait(DUE + 16 * MIN)
    assert step(told, DUE + 16 * MIN) == Help()
    assert step(replace(told, status="well"), DUE + 16 * MIN) == Settled()


def test_whatever_fails_each_channel_is_asked_once_and_the_end_is_reached() -> None:
    for fails in product([False, True], repeat=3):
        for heard in (None, 3):
            one, now, asked_on = NEW, DUE, []
            for _turn in range(20):
                match step(one, now):
                    case Ask(channel):
                        asked_on.append(channel)
                        failed = fails[NEW.channels.index(channel)]
                        questions = (*one.questions, Question(channel, now, failed))
                        one = replace(one, questions=questions, status=after_question(questions))
                        if heard is not None and not failed:
                            one = replace(one, heard_at=now + heard * MIN)
                    case Nudge():
                        assert one.nudged_at is None
                        one = replace(one, nudged_at=now)
                    case Wait(until):
                        assert until > now
                        now = until
                    case Miss(why):
                        one = replace(one, status="missed")
                        assert (why == "could_not_ask") == all(q.failed for q in one.questions)
                    case Settled():
                        break
            assert one.status == "missed"
            assert len(set(asked_on)) == len(asked_on)

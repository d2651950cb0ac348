"""A bare number from a keypad phone: of several messages that offer choices, the one that she means."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from backend.core import clock as clocks
from backend.core.clock import Hands
from backend.fields.words import Option, Words
from backend.messaging import At, people, say
from backend.messaging.models import Delivery
from tests.conversations.conftest import Community, Phone_

RATE = Words(
    "R-1010 is mended. How was it?",
    options=(*(Option(f"!said:{n}", f"{n} stars") for n in range(1, 6)), Option("tea.drop:7", "Not mended")),
)
SURVEY = Words(
    "A survey: our street.", options=(Option("flow:tea", "Answer"), Option("lang:en", "No thanks"))
)


@pytest.fixture
def nora(phone: Callable[..., Phone_], clock: Hands) -> Phone_:
    """She writes from a keypad phone, and has said hello a while ago."""
    her = phone("sms", "+8613900000004")
    her.say("hello")
    clock.forward(minutes=30)
    return her


def _told(words: Words, about: str | None = None) -> None:
    found = people.find("sms", "+8613900000004")
    assert found is not None
    say(At(found.id), words, purpose="notice", about=about)


def test_a_number_that_the_newest_message_does_not_offer_is_of_the_one_before(
    nora: Phone_, clock: Hands
) -> None:
    _told(RATE)
    clock.forward(minutes=3)
    _told(SURVEY)
    assert "dropped" in nora.say("6")


def test_what_came_just_now_cannot_have_been_read_so_she_is_asked(nora: Phone_, clock: Hands) -> None:
    _told(Words("Tea at three.", options=(Option("tea.drop:7", "Not coming"),)))
    clock.forward(minutes=3)
    _told(SURVEY)
    assert nora.say("1").startswith("Two messages wait for your answer. What do you mean by “1”?")
    assert "dropped" in nora.say("1")


def test_after_a_while_the_newest_message_is_meant(nora: Phone_, clock: Hands) -> None:
    _told(Words("Tea at three.", options=(Option("tea.drop:7", "Not coming"),)))
    _told(SURVEY)
    _delivered()
    clock.forward(minutes=3)
    assert "Who is coming?" in nora.say("1")


def test_two_messages_about_one_matter_are_no_question_the_newer_is_meant(nora: Phone_) -> None:
    _told(Words("Tea at three.", options=(Option("tea.drop:7", "Not coming"),)), about="tea:7")
    _told(Words("Tea at four.", options=(Option("flow:tea", "Another day"),)), about="tea:7")
    assert "Who is coming?" in nora.say("1")


def test_an_answer_to_the_open_question_is_not_taken_by_a_notice_that_came_just_now(
    nora: Phone_, community: Community
) -> None:
    nora.say("tea")
    assert "Which day" in nora.say("Nora")
    _told(SURVEY)
    assert "Any wishes?" in nora.say("2")
    nora.say("none")
    nora.say("1")
    assert [tea["day"] for tea in community.teas] == ["sun"]


def test_read_in_the_midst_of_a_form_the_notice_is_answered_and_the_question_asked_again(
    nora: Phone_, clock: Hands
) -> None:
    nora.say("tea")
    nora.say("Nora")
    _told(Words("Tea at three.", options=(Option("tea.drop:7", "Not coming"),)))
    _delivered()
    clock.forward(minutes=3)
    answer = nora.say("1")
    assert "dropped" in answer
    assert "Which day" in answer


def _delivered() -> None:
    Delivery.update(status="sent", updated_at=clocks.now()).where(Delivery.status == "pending").execute()


def test_the_choices_of_a_question_that_she_has_answered_wait_for_nothing_however_quickly_she_wrote(
    nora: Phone_, community: Community
) -> None:
    # The clock stands: all of it within one millisecond.
    for words in ("tea", "Nora", "2", "none", "1"):
        nora.say(words)
    assert community.teas
    _told(SURVEY)
    assert "Two messages" not in nora.say("2")

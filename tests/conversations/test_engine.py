"""The promises of one turn: understood, done once, answered, never silent."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable

import pytest

from backend.core import audit, db
from backend.core import clock as clocks
from backend.core.access import SYSTEM
from backend.fields.form import Form
from backend.fields.text import Text
from backend.fields.words import Option, Said, Words
from backend.inbox.models import Handover
from backend.messaging import At, say
from backend.messaging.content import Content
from backend.messaging.models import Conversation, Delivery, Identity, Inbound, Message
from conversations.codes import CODES_AN_HOUR
from conversations.engine import Engine
from conversations.flow import Answer, Command, Flow, Opening, Person, Series, Submitted
from conversations.inbound import Inbound as Heard
from conversations.registry import Registry
from tests.conversations.conftest import TEA, Community, Phone_

Phones = Callable[..., Phone_]


def _to_the_review(grandma: Phone_) -> None:
    grandma.say("tea")
    grandma.say("Chen Xiuying")
    grandma.tap("Saturday")
    grandma.say("no sugar please")


def test_a_form_is_walked_and_submitted_once(phone: Phones, community: Community) -> None:
    grandma = phone()
    _to_the_review(grandma)
    assert "See you" in grandma.say("yes")
    assert community.teas == [{"who": "Chen Xiuying", "day": "sat", "wish": "no sugar please"}]
    assert Conversation.get().flow is None


def test_a_repeat_of_an_event_changes_nothing_and_gets_the_same_answer(
    phone: Phones, community: Community
) -> None:
    grandma = phone()
    _to_the_review(grandma)
    first = grandma.say("yes", event="the-last")
    for _ in range(3):
        assert grandma.say("yes", event="the-last") == first
        assert grandma.last is not None and grandma.last.repeated
    assert len(community.teas) == 1
    assert Message.select().count() == Delivery.select().count() == 5


def test_another_persons_event_id_does_not_show_her_answers(phone: Phones) -> None:
    phone(address="grandma").say("tea", event="e1")
    assert phone(address="stranger").say("tea", event="e1") != ""


def test_free_text_starts_the_flow_it_is_about_with_what_it_told(phone: Phones) -> None:
    assert "Which day" in phone().say("tea for Chen Xiuying")


def test_something_else_in_between_returns_to_the_open_question(phone: Phones, community: Community) -> None:
    grandma = phone()
    grandma.say("tea for Chen")
    assert "stopped" in grandma.say("cancel")
    grandma.say("tea for Chen")
    answer = grandma.say("我的号码换了")
    assert "Your mobile" in answer
    back = grandma.say("cancel")
    assert "Which day" in back and "go on" in back


def test_menu_help_language_and_a_person_are_there_in_the_middle_of_a_form(phone: Phones) -> None:
    grandma = phone()
    grandma.say("tea for Chen")
    grandma.say("menu")
    assert grandma.last is not None
    assert grandma.last.replies[-1].content.options[0].label.startswith("Go on")
    assert "Which day" in grandma.tap("Go on: Tea")
    assert "Which day" in grandma.say("help")
    assert "choose a language" in grandma.say("language")
    grandma.say("中文")
    assert grandma.last.locale == "zh_CN"
    answer = grandma.say("人工")
    assert "Which day" in answer
    assert Handover.get().reason == "asked"


def test_a_number_answers_the_last_options_that_were_shown(phone: Phones, community: Community) -> None:
    grandma = phone("sms", "+8613800138000")
    _to_the_review_by_sms(grandma)
    assert community.teas
    assert "dropped" in grandma.say("1")
    assert not community.teas


def _to_the_review_by_sms(grandma: Phone_) -> None:
    for words in ("tea", "Chen Xiuying", "1", "no sugar please", "1"):
        grandma.say(words)


def test_an_old_button_does_not_answer_a_new_question(phone: Phones, community: Community) -> None:
    grandma = phone()
    grandma.say("tea for Chen")
    assert grandma.last is not None
    old = grandma.last.replies[-1].message_id
    grandma.tap("Sunday")
    assert "already" in grandma.say(message_id=old, option=0, said=Said())
    grandma.say("none")
    grandma.say("yes")
    assert [t["day"] for t in community.teas] == ["sun"]


def test_nobody_can_press_a_button_that_others_were_shown(phone: Phones, community: Community) -> None:
    grandma, stranger = phone(address="grandma"), phone(address="stranger")
    _to_the_review(grandma)
    grandma.say("yes")
    assert grandma.last is not None
    message = grandma.last.replies[-1].message_id
    stranger.say(message_id=message, option=0, said=Said())
    assert community.teas


def test_a_command_that_is_refused_says_why(phone: Phones) -> None:
    assert "colleague has already answered" in phone().say("drop tea 8")


def test_a_submit_that_cannot_take_one_answer_asks_only_that_again(
    phone: Phones, community: Community
) -> None:
    grandma = phone()
    community.full.add("sat")
    _to_the_review(grandma)
    assert "full by now" in grandma.say("yes")
    grandma.say("Sunday")
    grandma.say("yes")
    assert [t["day"] for t in community.teas] == ["sun"]


def test_a_flow_that_dies_keeps_the_answers_tells_her_and_tells_the_office(
    phone: Phones, community: Community
) -> None:
    grandma = phone()
    _to_the_review(grandma)
    community.broken = True
    assert "on our side" in grandma.say("yes")
    assert Handover.get().reason == "failed"
    community.broken = False
    assert "See you" in grandma.say("yes")
    assert len(community.teas) == 1


def test_what_a_flow_did_before_it_died_is_undone_with_it(phone: Phones, community: Community) -> None:
    grandma = phone()

    def take(person: Person, done: Submitted) -> Answer:
        say(At(person.identity_id), Words("Somebody comes to tea."), purpose="notice")
        return Answer((Words("See you."),), then=Opening("a flow that is gone"))

    flow = Flow("tea", TEA, "Tea", community.open_tea, take, (re.compile("tea"),))
    grandma.engine = Engine(Registry([flow], []))
    _to_the_review(grandma)
    for _ in range(2):
        assert "on our side" in grandma.say("yes")
    assert Message.select().where(Message.purpose == "notice").count() == 0
    assert Conversation.get().flow == "tea"


def test_the_office_is_not_shown_a_sensitive_answer_that_we_failed_over(phone: Phones) -> None:
    def take(person: Person, done: Submitted) -> Answer:
        raise RuntimeError("the kettle fell over")

    form = Form("pin", "Pin", [Text("pin", label="Pin", ask="Your pin?", sensitive=True)], review=False)
    flow = Flow("pin", form, "Pin", lambda _p, _t: Opening(), take, (re.compile("pin"),))
    grandma = phone()
    grandma.engine = Engine(Registry([flow], []))
    grandma.say("pin")
    assert "on our side" in grandma.say("open sesame")
    assert "sesame" not in Handover.get().said


def test_a_message_that_comes_while_another_is_heard_answers_the_next_question(
    phone: Phones, community: Community
) -> None:
    grandma = phone()
    grandma.say("tea")
    heard_first, written = threading.Event(), threading.Event()

    def first() -> None:
        with db.transaction():
            grandma.engine.handle(
                Heard("webchat", grandma.address, "name", Said(text="Chen Xiuying"), locale="en")
            )
            heard_first.set()
            written.wait(60)
        db.db.close()

    def second() -> None:
        grandma.engine.handle(Heard("webchat", grandma.address, "day", Said(text="Saturday"), locale="en"))
        db.db.close()

    threads = [threading.Thread(target=first), threading.Thread(target=second)]
    threads[0].start()
    heard_first.wait(60)
    threads[1].start()
    threads[1].join(0.3)
    written.set()
    for thread in threads:
        thread.join()
    grandma.say("no sugar")
    grandma.say("yes")
    assert community.teas == [{"who": "Chen Xiuying", "day": "sat", "wish": "no sugar"}]


def test_two_messages_at_the_same_instant_are_serialised(phone: Phones, community: Community) -> None:
    grandma = phone()
    grandma.say("tea")
    barrier = threading.Barrier(6)
    failures: list[BaseException] = []

    def tell(number: int) -> None:
        try:
            barrier.wait()
            grandma.engine.handle(
                Heard("webchat", grandma.address, f"burst-{number}", Said(text=f"name {number}"), locale="en")
            )
        except BaseException as error:
            failures.append(error)
        finally:
            db.db.close()

    threads = [threading.Thread(target=tell, args=(n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    assert Inbound.select().count() == 7
    # Each was heard after the one before: one gave the name, the others were answers to the next questions.
    assert Message.select().count() == Inbound.select().count()


def test_two_first_messages_at_once_make_one_identity(phone: Phones) -> None:
    engine = phone().engine
    barrier = threading.Barrier(4)

    def tell(number: int) -> None:
        barrier.wait()
        engine.handle(Heard("sms", "+8613800138001", f"first-{number}", Said(text="tea"), locale="en"))
        db.db.close()

    threads = [threading.Thread(target=tell, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Identity.select().count() == 1
    assert Inbound.select().count() == 4


def test_two_machines_do_not_answer_each_other_for_ever(phone: Phones) -> None:
    machine = phone("sms", "+8613800138002")
    answers = [machine.say("Your message has been received. Ticket 12345.") for _ in range(20)]
    assert sum(bool(a) for a in answers) <= 4
    assert machine.say("tea") != "", "a person at the same number is still heard"


def test_a_text_that_says_it_is_automatic_is_not_answered(phone: Phones) -> None:
    assert phone("sms", "+8613800138003").say("[自动回复]我正在开车,稍后联系您") == ""


def test_a_conversation_goes_on_where_it_was_on_another_channel(phone: Phones, community: Community) -> None:
    called = phone("voice", "+8613800138000")
    called.say("tea for Chen")
    texted = phone("sms", "+8613800138000")
    assert "elsewhere" in texted.say(start=True)
    assert "Which day" in texted.say("1")
    texted.say("2")
    texted.say("none")
    texted.say("1")
    assert [t["day"] for t in community.teas] == ["sun"]
    assert "elsewhere" not in called.say(start=True)


@pytest.mark.parametrize("first", ["hello", "the day? Sunday, please"])
def test_by_text_message_going_on_is_offered_to_whoever_says_nothing_else(
    phone: Phones, community: Community, first: str
) -> None:
    phone("voice", "+8613800138000").say("tea for Chen")
    texted = phone("sms", "+8613800138000")
    assert "elsewhere" in texted.say(first)
    assert "Which day" in texted.say("1")
    stranger = phone("sms", "+8613800138009")
    assert "elsewhere" not in stranger.say(first)


def test_coming_back_to_a_closed_browser_repeats_the_open_question(phone: Phones) -> None:
    grandma = phone()
    grandma.say("tea for Chen")
    assert "Which day" in grandma.say(start=True)


def test_what_was_left_for_weeks_is_put_away_with_a_word(phone: Phones, clock: clocks.Hands) -> None:
    grandma = phone()
    grandma.say("tea for Chen")
    clock.forward(days=20)
    answer = grandma.say("hello")
    assert "a while" in answer and "Which day" not in answer


def test_a_sensitive_answer_is_not_kept_in_the_log_of_what_was_said(phone: Phones) -> None:
    import json

    from backend.core import crypto

    grandma = phone()
    grandma.say("tea for Chen")
    grandma.tap("Saturday")
    grandma.say("my heart is weak")
    last = Inbound.select().order_by(Inbound.id.desc()).first()
    heard = json.loads(crypto.decrypt(last.said, "inbound.said"))
    assert "heart" not in heard["text"]


def test_what_is_said_and_kept_is_sealed_in_the_database(phone: Phones) -> None:
    phone().say("tea for Chen Xiuying")
    for row in (Message.get().content, Conversation.get().state, Inbound.get().said):
        assert b"Chen" not in bytes(row)


class TestCodes:
    """A number is proven by a code that is sent to it."""

    def code(self) -> str:
        newest = Message.select().where(Message.purpose == "code").order_by(Message.id.desc()).first()
        return "".join(c for c in Content.unseal(newest.content).text if c.isdigit())[:6]

    def test_the_right_code_proves_the_number(self, phone: Phones, community: Community) -> None:
        grandma = phone()
        grandma.say("号码")
        grandma.say("13800138000")
        assert "Number known" in grandma.say(self.code())
        assert community.proven == [("+8613800138000",)]

    def test_a_wrong_or_old_code_proves_nothing(
        self, phone: Phones, community: Community, clock: clocks.Hands
    ) -> None:
        grandma = phone()
        grandma.say("号码")
        grandma.say("13800138000")
        right = self.code()
        grandma.say("000000" if right != "000000" else "111111")
        clock.forward(minutes=11)
        grandma.say(right)
        assert not community.proven

    def test_nobody_can_flood_a_stranger_with_codes(self, phone: Phones) -> None:
        attacker = phone()
        attacker.say("号码")
        attacker.say("13800138000")
        for _ in range(12):
            attacker.say("send again")
        for number in range(6):
            other = phone(address=f"browser-{number}")
            other.say("号码")
            other.say("13800138000")
        assert Message.select().where(Message.purpose == "code").count() <= CODES_AN_HOUR

    def test_the_phone_that_writes_is_proven_by_writing(self, phone: Phones, community: Community) -> None:
        grandma = phone("sms", "+8613800138000")
        grandma.say("号码")
        assert "Number known" in grandma.say("13800138000")

    def test_a_proven_number_finds_the_open_conversation_by_sms(self, phone: Phones) -> None:
        grandma = phone()
        grandma.say("号码")
        grandma.say("13800138000")
        grandma.say(self.code())
        assert Conversation.get().flow is None


@pytest.mark.parametrize(
    "text",
    ["", " ", "\x00\x01", "😀😀😀", "‮abc", "x" * 10_000, "' OR 1=1 --", "\ud800", "0", "*", "#"],
    ids=range(11),
)
def test_anything_at_all_is_answered_kindly(phone: Phones, text: str) -> None:
    grandma = phone()
    assert grandma.say(text)
    grandma.say("tea")
    assert grandma.say(text)
    assert grandma.last is not None and grandma.last.outcome != "failed"


def test_an_edited_message_corrects_the_answer_it_gave(phone: Phones, community: Community) -> None:
    grandma = phone()
    grandma.say("tea")
    grandma.say("Chen Xiying", event="typo")
    grandma.say("Chen Xiuying", edits="typo")
    grandma.tap("Saturday")
    grandma.say("none")
    grandma.say("yes")
    assert community.teas[0]["who"] == "Chen Xiuying"


def test_staff_who_ask_her_something_while_she_writes_neither_block_her_nor_are_forgotten(
    phone: Phones, community: Community
) -> None:
    grandma = phone()
    grandma.say("tea")
    identity = Identity.get()
    writing, on_record = threading.Event(), threading.Event()
    failures: list[BaseException] = []

    def doing(work: Callable[[], None]) -> threading.Thread:
        def run() -> None:
            try:
                work()
            except BaseException as error:
                failures.append(error)
            finally:
                db.db.close()

        thread = threading.Thread(target=run)
        thread.start()
        return thread

    def note(person: Person, argument: str) -> Answer:
        writing.set()
        on_record.wait(0.5)
        audit.record(SYSTEM, "tea.note", "tea:1")
        return Answer.of(Words("Noted."))

    grandma.engine = Engine(
        Registry(community.registry().flows.values(), [Command("note", note, anytime=(re.compile("note"),))])
    )

    def she() -> None:
        grandma.say("note")

    def they() -> None:
        writing.wait(60)
        with db.transaction():
            audit.record(SYSTEM, "tea.ask", "tea:1")
            on_record.set()
            words = Words("Sugar?", options=(Option("tea.drop:7", "None"),))
            say(At(identity.id), words, purpose="notice")

    for thread in (doing(she), doing(they)):
        thread.join()
    assert failures == []
    assert grandma.last is not None and "Noted." in grandma.last.replies[0].content.text
    said = Message.get(Message.purpose == "notice").id
    assert Conversation.get().offer_id == said
    assert Conversation.get().flow == "tea"


def test_a_flow_that_staff_wrote_is_found_by_its_number_and_goes_on_after_a_digression(
    phone: Phones, community: Community
) -> None:
    answers: list[dict[str, object]] = []

    def number(which: int) -> Flow | None:
        if which != 12:
            return None
        form = Form(
            "survey:12", title="The lift", fields=[Text("view", label="View", ask="Too slow?")], review=False
        )

        def take(person: Person, done: Submitted) -> Answer:
            answers.append(dict(done.answers))
            return Answer.of(Words("Thank you."))

        return Flow("survey:12", form, "The lift", lambda _p, _t: Opening(), take)

    shipped = community.registry()
    grandma = phone()
    grandma.engine = Engine(
        Registry(shipped.flows.values(), shipped.commands.values(), [Series("survey", number)])
    )
    with db.transaction():
        say(
            At(
                grandma.engine.handle(Heard("webchat", grandma.address, "hi", Said(text="hello"))).identity_id
            ),
            Words("A question", options=(Option("flow:survey:12", "Answer"),)),
            purpose="survey",
        )
    asked = Message.select().order_by(Message.id.desc()).get().id
    assert "Too slow?" in grandma.say(message_id=asked, option=0, said=Said())
    grandma.say("menu")
    assert "Thank you." in grandma.say("Far too slow")
    assert answers == [{"view": "Far too slow"}]

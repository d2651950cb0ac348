"""What somebody tries who means harm: others' buttons, markup in every text, letters with a second head, keys in the log."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from html.parser import HTMLParser

import pytest
import structlog
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from backend.core import log
from backend.core.audit import AuditEntry
from backend.fields.words import Option, Said, Words
from backend.messaging import Resident as ToResident
from backend.messaging import people, say
from backend.messaging.content import Choice, Content, rendered
from backend.messaging.models import Conversation, Message
from backend.requests.models import Request
from backend.residents.models import Resident
from bots import email_shape, telegram_shape
from conversations import engine
from conversations.inbound import Inbound
from tests.databases import TestDatabase
from tests.fuzz import inputs
from tests.fuzz.town import Town, chat_cookie, new_phone, serial
from tests.fuzz.walk import Walk, domain
from tests.requests.neighbourhood import booked, settle, talker

MARKUP = '<script>alert(1)</script><img src=x onerror=alert(2)>"\'><a href="javascript:alert(3)">x</a>'


# --- others' buttons ------------------------------------------------------------------------------------------


def offered(resident_id: int) -> int:
    """A question to this resident, with an answer that does something."""
    words = Words(
        "确认取消吗？", options=(Option("request.cancel:1001", "确认取消"), Option("!menu", "菜单"))
    )
    message_id = say(ToResident(resident_id), words, purpose="request")
    assert message_id is not None
    return message_id


def test_nobody_presses_anothers_button(database: TestDatabase, town: Town) -> None:
    hood = settle()
    booked(hood)
    hers = offered(hood.chen)
    before = domain()
    for channel in ("telegram", "webchat", "voice", "sms"):
        for index in (0, 1, -1, 99, 2**31):
            pressed = Inbound(channel, new_phone(), f"replay{serial()}", message_id=hers, option=index)
            assert engine.handle(pressed).outcome == "stale", (channel, index)
    assert domain() == before


def test_an_option_that_was_not_offered_is_no_answer(town: Town) -> None:
    hood = settle()
    booked(hood)
    hers = offered(hood.chen)
    before = domain()
    for index in (-1, 2, 99, 2**31, 2**70):
        odd = Inbound("telegram", "tg-+8613800132210", f"odd{serial()}", message_id=hers, option=index)
        assert engine.handle(odd).outcome == "stale", index
    assert domain() == before


MADE_UP = (
    "request.accept:1001", "request.cancel:1001", "request.close:1001", "resume:1", "flow:repair_photo", "!cancel",
    "request.finish:-1", "file:1", "lang:xx", "nonsense:1", ":", "request.accept:99999999999999999999",
    "request.done:1001", "staff:1", "flow:", "!", "code:000000",
)  # fmt: skip


def test_a_value_that_a_client_makes_up_does_nothing_to_others(database: TestDatabase, town: Town) -> None:
    """Channels look values up in what was said; should one ever pass a value on, the action still asks who acts."""
    hood = settle()
    booked(hood)
    before = domain()
    for value in MADE_UP:
        turn = engine.handle(Inbound("telegram", new_phone(), f"made-up-{serial()}", Said(choice=value)))
        assert turn.replies, "an answer all the same"
        assert turn.outcome != "failed", value
    assert domain() == before


def test_the_key_of_our_own_call_picks_only_for_the_one_we_called(town: Town) -> None:
    hood = settle()
    booked(hood)
    hers = offered(hood.chen)
    before = domain()
    town.voice(new_phone(), f"/hooks/voice?n=1&o={hers}&m={hers}&q=1", CallSid=f"CA{serial()}", Digits="1")
    assert domain() == before
    heard = town.voice(new_phone(), f"/hooks/voice?n=2&m={hers}&q=1", CallSid=f"CA{serial()}", Digits="*")
    assert "确认取消" not in heard


def test_the_conversation_of_somebody_else_is_not_taken_over(town: Town) -> None:
    phone = new_phone()
    town.sms(phone, "我要注册")
    hers = people.find("sms", phone)
    assert hers is not None
    stranger = engine.handle(
        Inbound("webchat", "s" * 22, f"take-{serial()}", Said(choice=f"resume:{hers.id}"))
    )
    assert stranger.outcome != "resumed"
    assert Conversation.get_by_id(hers.id).flow == "registration"


def test_a_forged_or_foreign_cookie_opens_no_chat(town: Town) -> None:
    first = town.chat("/chat/say", {"event": "event-00000001", "text": "我叫欧阳守密"})
    good = chat_cookie(first)
    body, dot, signature = good.rpartition(".")
    for cookie in (
        body,
        body + dot,
        body + dot + signature[::-1],
        '"x".' + signature,
        "a" * 5000,
        good[:-1],
        "null",
        "é",
    ):
        shown = town.client.get(
            "/chat/history", headers={"Cookie": f"__Host-linli-chat={cookie}".encode().decode("latin-1")}
        )
        assert shown.status_code == 200
        assert shown.get_json()["lines"] == []


# --- markup ---------------------------------------------------------------------------------------------------


def test_markup_that_people_write_is_shown_as_text_on_every_page(walk: Walk) -> None:
    hood = walk.hood
    Resident.update(name=MARKUP[:30]).where(Resident.id == hood.chen).execute()
    booked(hood, description=MARKUP)
    chen = talker("telegram", "tg-+8613800132210")
    chen.say(MARKUP)
    chen.say("人工")
    chen.say(MARKUP)
    admin = walk.employee("street_admin", hood.happy)
    walk.number += 1
    seen = 0
    for _endpoint, path in walk.paths("GET"):
        page = admin.get(path)
        if page.mimetype != "text/html":
            continue
        assert "<script>alert" not in page.text, path
        assert "<img src=x" not in page.text, path
        assert 'href="javascript' not in page.text, path
        seen += "&lt;script&gt;" in page.text
    assert seen >= 2, "the list and the request at least show it"


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        assert {name for name, _value in attrs} <= {"href", "lang", "charset", "style"}, attrs
        self.links += [value or "" for name, value in attrs if name == "href"]


def _content(text: str) -> Content:
    return Content(text, text, text, "zh_CN", options=(Choice("x", text[:60], text[:20]),))


ANYTHING = st.one_of(inputs.texts, st.just(MARKUP), st.text("<>&\"'*/:=hrefjavascript \n", max_size=80))


@given(text=ANYTHING)
@hypothesis_settings(deadline=None, max_examples=80)
def test_a_letter_holds_no_tags_but_ours(text: str) -> None:
    mail = email_shape.shape(_content(text), "幸福里社区", "010", "https://linli.example.test/chat")
    found = _Tags()
    found.feed(mail.html)
    ours = {"html", "head", "meta", "body", "p", "ul", "li", "strong", "br", "a"}
    assert found.tags <= ours
    assert all(link.startswith(("http://", "https://")) for link in found.links)


@given(text=ANYTHING)
@hypothesis_settings(deadline=None, max_examples=80)
def test_a_subject_is_one_line(text: str) -> None:
    mail = email_shape.shape(
        Content(text, text, text, "zh_CN", subject=text),
        "幸福里社区",
        "010",
        "https://linli.example.test/chat",
    )
    assert mail.subject
    assert len(mail.subject.splitlines()) == 1


@given(text=ANYTHING)
@hypothesis_settings(deadline=None, max_examples=80)
def test_telegrams_html_holds_no_tags_but_ours(text: str) -> None:
    for part in telegram_shape.shape(_content(text), 1):
        found = _Tags()
        found.feed(part.html)
        assert found.tags <= {"b"}


def test_what_a_person_calls_herself_is_no_template(town: Town) -> None:
    """`{name}` in a name is a name: texts are filled in once."""
    words = Words(Words("{x}").text)
    assert rendered(words, "zh_CN").text == "{x}"
    phone = new_phone()
    town.sms(phone, "报修")
    assert town.sms(phone, "{0.__class__.__mro__} {hotline} %s %(name)s")


# --- brute force and leaks ------------------------------------------------------------------------------------


def test_codes_to_one_number_end_whoever_asks_for_them(town: Town) -> None:
    """Nobody's phone is flooded: five an hour, however many chats ask for it."""
    target = "13800138000"
    for _n in range(4):
        cookie = chat_cookie(town.chat("/chat/say", {"event": f"event-{serial():08d}", "start": True}))
        for text in ("我已经登记过", target, "重发", "重发", "重发"):
            town.chat("/chat/say", {"event": f"event-{serial():08d}", "text": text}, cookie)
    number = people.find("sms", f"+86{target}")
    assert number is not None
    sent = Message.select().where((Message.identity_id == number.id) & (Message.purpose == "code")).count()
    assert 0 < sent <= 5


def test_a_wrong_code_is_not_guessed(town: Town) -> None:
    cookie = chat_cookie(town.chat("/chat/say", {"event": f"event-{serial():08d}", "start": True}))
    for text in ("我已经登记过", "13800138001"):
        town.chat("/chat/say", {"event": f"event-{serial():08d}", "text": text}, cookie)
    number = people.find("sms", "+8613800138001")
    assert number is not None
    for guess in range(30):
        answer = town.chat("/chat/say", {"event": f"event-{serial():08d}", "text": f"{guess:06d}"}, cookie)
        assert answer.status_code in (200, 429)
    asked = Message.select().where((Message.identity_id == number.id) & (Message.purpose == "code")).count()
    assert asked <= 5


@pytest.fixture
def page() -> Iterator[io.StringIO]:
    """The log of this process."""
    root = logging.getLogger()
    handlers, level, before = root.handlers[:], root.level, structlog.get_config()
    written = io.StringIO()
    log.configure("web", stream=written)
    yield written
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.configure(**before)


def test_nothing_that_is_secret_is_in_the_log(town: Town, page: io.StringIO) -> None:
    phone = "+8613911122233"
    for text in ("我要注册", "1", "欧阳守密", "1", "1", "11010519491231002X", "是", "没有邮箱", "3-2-501"):
        town.sms(phone, text)
    town.client.post("/admin/sign-in", data={"username": "mallory-name", "password": "open-sesame-42"})
    town.client.get("/activate/secret-token-0123456789")
    town.client.get("/my/export/secret-token-0123456789")
    town.telegram(b'{"update_id": 1, "message": {"text": "secret words", "from": {"first_name": "Ouyang"}}}')
    town.chat("/chat/say", {"event": "event-99999999", "text": "secret words"})
    for secret in ("13911122233", "欧阳守密", "11010519491231002X", "open-sesame-42", "secret-token-0123456789",
                   "secret words", "telegram-test-token", "test-twilio-auth-token", "test-secret-key"):  # fmt: skip
        assert secret not in page.getvalue(), secret
    assert '"turn"' in page.getvalue(), "there is a log"


def test_the_audit_log_names_no_secret_in_the_open(town: Town) -> None:
    hood = settle()
    booked(hood)
    columns = [" ".join((e.actor_name, e.action, e.subject, e.correlation)) for e in AuditEntry.select()]
    assert columns
    assert not [c for c in columns if "13800132210" in c or "11010519491231002X" in c]
    assert Request.select().count() == 1

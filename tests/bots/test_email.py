"""E-mail: a readable letter in both forms, over SMTP or into a folder, with honest outcomes."""

from __future__ import annotations

import asyncio
import email
from collections.abc import Callable, Iterator
from email import policy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.messaging.content import Choice, Content
from backend.messaging.deliveries import Due
from bots import email_marks
from bots.channel import Refused, Sent, TryLater
from bots.email import EmailChannel, composed, shape
from tests.harness.smtp import MailSink
from tests.servers import free_port

CHEN = "chen@example.test"
TEXT = "🏠 报修单 **R-1047** 已派给王师傅。\n\n请看 https://linli.example.test/r/1047?x=1&y=2 <谢谢>"


@pytest.fixture
def mail(configure: Callable[..., None]) -> Iterator[MailSink]:
    with MailSink() as sink:
        configure(SMTP_URL=sink.url, MAIL_FROM="office@linli.example.test", COMMUNITY_NAME="幸福里社区")
        yield sink


def due(
    to: str = CHEN, text: str = TEXT, *, purpose: str = "notice", subject: str = "报修进展", **more: Any
) -> Due:
    content = Content(text, text, text, "zh_CN", subject=subject, **more)
    return Due(7, 3, 1, "email", to, content, "default", purpose, 1, "c0ffee")


def send(*dues: Due) -> list[Sent]:
    async def all_of_them() -> list[Sent]:
        channel = EmailChannel()
        try:
            return [await channel.send(one) for one in dues]
        finally:
            await channel.close()

    return asyncio.run(all_of_them())


def test_a_letter_arrives_as_text_and_html(mail: MailSink) -> None:
    [sent] = send(due())
    letter = mail.waits_for(CHEN)
    assert letter["Subject"] == "报修进展"
    assert "幸福里社区" in letter["From"]
    assert letter["Message-ID"] == sent.provider_id
    plain, html = letter.get_body(("plain",)), letter.get_body(("html",))
    assert plain is not None
    assert html is not None
    assert "报修单 R-1047 已派给王师傅。" in plain.get_content()
    shown = html.get_content()
    assert "<strong>R-1047</strong>" in shown
    assert 'href="https://linli.example.test/r/1047?x=1&amp;y=2"' in shown
    assert "&lt;谢谢&gt;" in shown


def test_many_letters_go_over_a_kept_connection(mail: MailSink) -> None:
    send(*(due(f"p{n}@example.test") for n in range(5)))
    assert len(mail.box) == 5


def test_a_connection_is_given_up_after_so_many_letters_as_the_server_likes(
    mail: MailSink, configure: Callable[..., None]
) -> None:
    configure(MAIL_PER_CONNECTION="2", MAIL_BOUNCES="bounce@linli.example.test")
    send(*(due(f"p{n}@example.test") for n in range(5)))
    ports = [port for port, _sender in mail.envelopes]
    assert len(set(ports)) == 3 and ports[0] == ports[1] != ports[2] == ports[3] != ports[4]
    assert {email_marks.bounced(sender) for _port, sender in mail.envelopes} == {7}, (
        "it comes back to the letter's mark"
    )


def test_a_box_that_does_not_exist_ends_the_identity(mail: MailSink) -> None:
    with pytest.raises(Refused) as caught:
        send(due("reject@example.test"))
    assert caught.value.ends_identity


def test_greylisting_is_tried_again(mail: MailSink) -> None:
    with pytest.raises(TryLater):
        send(due("later@example.test"))


def test_a_refusal_does_not_spoil_the_next_letter(mail: MailSink) -> None:
    async def both() -> None:
        channel = EmailChannel()
        with pytest.raises(Refused):
            await channel.send(due("reject@example.test"))
        await channel.send(due())
        await channel.close()

    asyncio.run(both())
    assert len(mail.box) == 1


def test_a_mail_server_out_of_reach_is_tried_again(configure: Callable[..., None]) -> None:
    configure(SMTP_URL=f"smtp://127.0.0.1:{free_port()}")
    with pytest.raises(TryLater):
        send(due())


def test_a_letter_given_up_in_the_middle_leaves_no_connection_behind(configure: Callable[..., None]) -> None:
    async def story() -> None:
        greeted, closed = asyncio.Event(), asyncio.Event()

        async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(b"220 ready\r\n")
            await reader.readline()
            greeted.set()
            await reader.read()
            closed.set()
            writer.close()

        port = free_port()
        async with await asyncio.start_server(silent, "127.0.0.1", port), asyncio.timeout(60):
            configure(SMTP_URL=f"smtp://127.0.0.1:{port}", MAIL_FROM="office@linli.example.test")
            sending = asyncio.create_task(EmailChannel().send(due()))
            await greeted.wait()
            sending.cancel()
            await closed.wait()
            with pytest.raises(asyncio.CancelledError):
                await sending

    asyncio.run(story())


def test_a_wrong_password_is_nobodys_address(mail: MailSink, configure: Callable[..., None]) -> None:
    configure(SMTP_URL=mail.url.replace("mail-password", "wrong"))
    with pytest.raises(TryLater):
        send(due())


def test_without_a_server_the_letter_is_kept_in_a_folder(
    configure: Callable[..., None], tmp_path: Path
) -> None:
    configure(VAR_DIR=str(tmp_path))
    [sent] = send(due())
    [kept] = (tmp_path / "mail").glob("*.eml")
    letter = email.message_from_bytes(kept.read_bytes(), policy=policy.default)
    assert letter["To"] == CHEN
    assert letter["Message-ID"] == sent.provider_id
    assert "报修单 R-1047 已派给王师傅。" in kept.read_text(), "readable in any editor"


def test_notices_can_be_unsubscribed_and_answers_need_not_be() -> None:
    assert "unsubscribe" in composed(due())["List-Unsubscribe"]
    assert composed(due(purpose="code"))["List-Unsubscribe"] is None


def test_a_repeat_is_the_same_letter() -> None:
    assert composed(due())["Message-ID"] == composed(due())["Message-ID"]


@pytest.mark.parametrize(
    "address", ["", "no address", "a@b@c", "陈@example.test", "x@exa mple.test", "a\nBcc: b@c.d"]
)
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(Refused):
        composed(due(address))


def test_options_are_listed_with_how_to_answer() -> None:
    content = Content(
        "好了吗？", "", "", "zh_CN", options=(Choice("y", "好了", "好了"), Choice("n", "没好", "没好"))
    )
    letter = shape(content)
    assert "- 好了\n- 没好" in letter.text
    assert "/chat" in letter.text
    assert "<li>好了</li>" in letter.html


@given(st.text(max_size=400), st.text(max_size=120), st.sampled_from(["zh_CN", "en"]))
def test_whatever_is_said_becomes_a_letter(text: str, subject: str, locale: str) -> None:
    given_content = Content(text, text, text, locale, subject=subject)
    letter = composed(Due(7, 3, 1, "email", CHEN, given_content, "default", "notice", 1, ""))
    parsed = email.message_from_bytes(letter.as_bytes(policy=policy.SMTP), policy=policy.default)
    assert parsed.get_body(("plain",)) is not None
    assert "\n" not in str(parsed["Subject"])

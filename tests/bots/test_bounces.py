"""Letters that come back end addresses that are no good, complaints end topics, and nobody can report for others."""

from __future__ import annotations

import json
import mailbox
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import Client

from backend.core.db import transaction
from backend.core.i18n import _
from backend.fields.words import Words
from backend.messaging import At, deliveries, people, say, topics
from backend.messaging.models import Delivery
from backend.web.door import Door
from bots import bounce_box, bounces, email_marks
from bots.bounce_report import Report, read
from tests.databases import TestDatabase
from tests.harness.imap import MailBox

DSN = """\
From: MAILER-DAEMON@mx.example.test
To: {to}
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

I could not deliver it.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.test

Final-Recipient: rfc822; chen@example.test
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 {status} no such user here

--b
Content-Type: text/rfc822-headers

Message-ID: {message_id}
Subject: =?utf-8?b?5rS75Yqo?=

--b--
"""
ARF = """\
From: fbl@big.example.test
To: abuse@linli.example.test
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="b"

--b
Content-Type: text/plain

This is a spam report.
--b
Content-Type: message/feedback-report

Feedback-Type: abuse
User-Agent: Mailbox/1.0
Version: 1

--b
Content-Type: message/rfc822

Return-Path: <{to}>
Message-ID: <x@y>
Subject: hello

words
--b--
"""


@pytest.fixture
def letter(sqlite_database: TestDatabase, configure: Callable[..., None]) -> Delivery:
    """A letter to Chen that the mail server has taken."""
    configure(MAIL_BOUNCES="bounce@linli.example.test", MAIL_HOOK_TOKEN="hook-token")
    chen = people.ensure("email", "chen@example.test")
    with transaction():
        say(At(chen.id), Words(_("Community notices")), purpose="campaign", queue="bulk")
    [due] = deliveries.claim("bulk", "us")
    deliveries.sent([(due.id, "<3.7.c0ffee@linli.example.test>")])
    return Delivery.get_by_id(due.id)  # type: ignore[no-any-return]


def dsn(
    letter: Delivery, action: str = "failed", status: str = "5.1.1", to: str = "", message_id: str = "<a@b>"
) -> bytes:
    to = to or email_marks.return_address(letter.id)
    return DSN.format(to=to, action=action, status=status, message_id=message_id).encode()


def now(letter: Delivery) -> tuple[str, str]:
    """(status of the letter, state of the address)"""
    return Delivery.get_by_id(letter.id).status, people.get(letter.identity_id or 0).state


def test_no_such_box_fails_the_letter_and_ends_the_address(letter: Delivery) -> None:
    assert bounces.take_mail(dsn(letter))
    assert now(letter) == ("failed", "blocked")
    assert Delivery.get_by_id(letter.id).error == "5.1.1 550 5.1.1 no such user here"
    assert bounces.take_mail(dsn(letter)), "the same again changes nothing"


def test_a_full_box_fails_the_letter_alone_and_a_delay_nothing(letter: Delivery) -> None:
    assert not bounces.take_mail(dsn(letter, "delayed", "4.4.1"))
    assert now(letter) == ("sent", "active")
    bounces.take_mail(dsn(letter, "failed", "5.2.2"))
    assert now(letter) == ("failed", "active")


def test_without_our_mark_the_message_id_tells_which_letter_it_was(letter: Delivery) -> None:
    assert bounces.take_mail(dsn(letter, to="mail@other.example.test", message_id=str(letter.provider_id)))
    assert now(letter) == ("failed", "blocked")


def test_a_mark_that_is_not_ours_reports_nothing(letter: Delivery) -> None:
    forged = email_marks.return_address(letter.id).replace("-", "-0")
    assert not bounces.take_mail(dsn(letter, to=forged))
    assert not bounces.take_mail(b"Subject: Re: hello\n\nI am on holiday until Monday.")
    assert now(letter) == ("sent", "active")


def test_who_complains_gets_nothing_more_that_can_be_left(letter: Delivery) -> None:
    assert bounces.take_mail(ARF.format(to=email_marks.return_address(letter.id)).encode())
    assert topics.left_by(letter.identity_id or 0) == set(topics.LEAVABLE)
    assert now(letter) == ("sent", "active"), "what she asks for herself still comes"


def test_a_maildir_is_read_and_emptied(
    letter: Delivery, tmp_path: Path, configure: Callable[..., None]
) -> None:
    box = mailbox.Maildir(tmp_path / "bounces")
    for raw in (b"Subject: spam\n\nbuy", dsn(letter)):
        box.add(raw)
    configure(MAIL_BOUNCE_BOX=f"maildir://{tmp_path / 'bounces'}")
    assert bounces.empty_box() == 2
    assert len(box) == 0
    assert now(letter) == ("failed", "blocked")


def test_a_box_over_imap_is_read_and_emptied(letter: Delivery, configure: Callable[..., None]) -> None:
    with MailBox([b"Subject: spam\r\n\r\nbuy", dsn(letter)]) as box:
        configure(MAIL_BOUNCE_BOX=box.url)
        assert bounces.empty_box() == 2
        assert box.mails == []
        assert bounces.empty_box() == 0
    assert now(letter) == ("failed", "blocked")


def test_another_kind_of_box_is_named() -> None:
    with pytest.raises(ValueError, match="maildir"):
        bounce_box.empty("pop3://x", lambda raw: None)


@pytest.fixture
def hook() -> Client:
    return Client(Door(bounces.TAKES))


def post(hook: Client, data: Any, token: str = "Bearer hook-token", kind: str = "application/json") -> Any:
    body = data if isinstance(data, bytes) else json.dumps(data).encode()
    return hook.post("/hooks/mail/bounce", data=body, content_type=kind, headers={"Authorization": token})


SENT = "<3.7.c0ffee@linli.example.test>"
OURS = {"event": "bounce", "message_id": SENT, "permanent": True, "reason": "no such user"}
SENDGRID = [
    {"event": "open", "smtp-id": SENT},
    {"event": "bounce", "type": "bounce", "smtp-id": SENT, "status": "5.1.1"},
]
MAILGUN = {
    "signature": {},
    "event-data": {
        "event": "failed", "severity": "permanent", "message": {"headers": {"message-id": SENT[1:-1]}},
        "delivery-status": {"code": 550, "enhanced-code": "5.1.1", "message": "no such user"},
    },
}  # fmt: skip
SES = {
    "notificationType": "Bounce",
    "bounce": {
        "bounceType": "Permanent",
        "bouncedRecipients": [{"status": "5.1.1", "diagnosticCode": "smtp; 550"}],
    },
    "mail": {"commonHeaders": {"messageId": SENT}},
}


@pytest.mark.parametrize(
    "data", [OURS, {"events": [OURS]}, SENDGRID, MAILGUN, SES, {"Type": "Notification", "Message": json.dumps(SES)}],
    ids=["ours", "a list of ours", "SendGrid", "Mailgun", "SES", "SES through SNS"],
)  # fmt: skip
def test_providers_report_in_their_own_words(letter: Delivery, hook: Client, data: Any) -> None:
    assert post(hook, data).text == "1"
    assert now(letter) == ("failed", "blocked")


def test_a_provider_tells_of_success_of_a_delay_and_of_a_complaint(letter: Delivery, hook: Client) -> None:
    later = {"event-data": {**MAILGUN["event-data"], "severity": "temporary"}}
    assert post(hook, later).text == "0"
    assert post(hook, {"event": "delivered", "message_id": SENT}).text == "1"
    assert now(letter) == ("delivered", "active")
    assert post(hook, [{"event": "spamreport", "smtp-id": SENT}]).text == "1"
    assert topics.left_by(letter.identity_id or 0)


def test_a_mail_server_may_post_the_mail_itself(letter: Delivery, hook: Client) -> None:
    basic = "Basic " + b64encode(b"linli:hook-token").decode()
    assert post(hook, dsn(letter), basic, "message/rfc822").text == "1"
    assert now(letter) == ("failed", "blocked")


@pytest.mark.parametrize("token", ["", "Bearer wrong", "Basic eDp5"])
def test_without_the_token_nothing_is_taken(letter: Delivery, hook: Client, token: str) -> None:
    assert post(hook, OURS, token).status_code == 401
    assert now(letter) == ("sent", "active")


@pytest.mark.parametrize("data", [b"no json", b"[" * 100_000])
def test_what_is_no_json_is_refused(letter: Delivery, hook: Client, data: bytes) -> None:
    assert post(hook, data).status_code == 400


@pytest.mark.parametrize("data", [1, "x", None, [[]], {"event": 3}, {"event-data": []}, {"event": "bounce"}])
def test_json_of_another_kind_changes_nothing(letter: Delivery, hook: Client, data: Any) -> None:
    assert post(hook, data).text == "0"


def test_marks_survive_being_folded_to_lower_case_and_are_bound_to_their_number(
    configure: Callable[..., None],
) -> None:
    configure(MAIL_BOUNCES="Bounce@Linli.example.test")
    address = email_marks.return_address(4711)
    assert email_marks.bounced(f"<{address.upper()}>") == 4711
    assert email_marks.bounced(address.replace(f"{4711:x}", f"{4712:x}")) is None
    assert email_marks.bounced("someone@example.test") is None


def test_nothing_is_read_out_of_an_answer() -> None:
    assert read(b"") is None
    assert Report("bounced").delivery_id is None

"""A notice by fax: a page with Chinese on it, over HylaFAX or a gateway, with what became of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator

import pytest

from backend.core.db import transaction
from backend.core.i18n import _
from backend.fields.words import Words
from backend.messaging import At, deliveries, people, say
from backend.messaging.content import Choice, Content
from backend.messaging.deliveries import Due
from backend.messaging.models import Delivery
from bots import bounces, email_marks, fax, fax_shape, hylafax, registry
from bots.bounce_report import Report
from bots.channel import Refused, Sent, TryLater
from tests.databases import TestDatabase
from tests.harness.hylafax import FaxServer
from tests.harness.smtp import MailSink
from tests.servers import free_port

OFFICE = "+861065001234"
MAIL = {"MAIL_FROM": "office@linli.example.test", "COMMUNITY_NAME": "幸福里社区", "HOTLINE": "010-6500 1234"}


@pytest.fixture
def machine(configure: Callable[..., None]) -> Iterator[FaxServer]:
    with FaxServer() as server:
        configure(**MAIL, HYLAFAX_URL=server.url)
        yield server


def due(to: str = OFFICE, delivery_id: int = 7) -> Due:
    content = Content("**周六**停水，请提前接水。", "", "", "zh_CN", subject="停水通知")
    return Due(delivery_id, 3, 1, "fax", to, content, "bulk", "campaign", 1, "c0ffee")


def send(one: Due) -> Sent:
    async def story() -> Sent:
        channel = fax.FaxChannel()
        try:
            return await channel.send(one)
        finally:
            await channel.close()

    return asyncio.run(story())


def test_the_page_says_the_notice_in_black_on_white_without_buttons() -> None:
    content = Content(
        "您好 <王> & 家人\n\n**周六**停水", "", "", "zh_CN", subject="停水",
        options=(Choice("url:https://linli.example.test/e/7", "看详情", ""), Choice("event.join:7", "报名", "")),
    )  # fmt: skip
    page = fax_shape.shape(content, "幸福里社区", "010-6500 1234", "11月21日").html
    assert "<h1>停水</h1>" in page
    assert "<p>您好 &lt;王&gt; &amp; 家人</p><p><strong>周六</strong>停水</p>" in page
    assert "看详情：https://linli.example.test/e/7" in page
    assert "- 报名" in page and "要回复，请致电 010-6500 1234" in page
    assert "11月21日" in page


def test_hylafax_gets_a_pdf_and_the_number_to_dial(machine: FaxServer) -> None:
    sent = send(due())
    [(job, queued)] = machine.jobs.items()
    assert sent.provider_id == f"hylafax:{job}"
    assert queued.state == "READY"
    assert queued.parms["DIALSTRING"] == "861065001234"
    assert queued.parms["NOTIFYADDR"] == MAIL["MAIL_FROM"]
    assert machine.documents[queued.parms["DOCUMENT"]].startswith(b"%PDF-")


def test_a_number_that_hylafax_refuses_is_refused_and_a_server_that_is_away_is_tried_again(
    machine: FaxServer, configure: Callable[..., None]
) -> None:
    with pytest.raises(Refused):
        send(due("+861065000000"))
    configure(HYLAFAX_URL=f"hylafax://linli:x@127.0.0.1:{free_port()}")
    with pytest.raises(TryLater):
        send(due())
    configure(HYLAFAX_URL=machine.url.replace("fax-password", "wrong"))
    with pytest.raises(TryLater):
        send(due())


def test_how_each_fax_went_is_asked_and_written_down(
    machine: FaxServer, sqlite_database: TestDatabase
) -> None:
    faxes = []
    for n in range(3):
        identity = people.ensure("fax", f"{OFFICE}{n}")
        with transaction():
            say(At(identity.id), Words(_("Community notices")), purpose="campaign", queue="bulk")
        [one] = deliveries.claim("bulk", "us")
        job = hylafax.submit(machine.url, one.address[1:], b"%PDF-", "linli", MAIL["MAIL_FROM"], "linli")
        deliveries.sent([(one.id, f"hylafax:{job}")])
        faxes.append(one.id)
    assert fax.results() == 0
    machine.finish("1", "DONE")
    machine.finish("2", "FAILED", "Busy signal detected")
    assert fax.results() == 2
    rows = {d.id: (d.status, d.error) for d in Delivery.select()}
    assert [rows[f] for f in faxes] == [
        ("delivered", None),
        ("failed", "Busy signal detected"),
        ("sent", None),
    ]


def test_a_gateway_gets_the_page_as_a_letter_and_what_it_mails_back_fails_the_fax(
    configure: Callable[..., None], sqlite_database: TestDatabase
) -> None:
    identity = people.ensure("fax", OFFICE)
    with MailSink() as sink, transaction():
        configure(
            **MAIL,
            SMTP_URL=sink.url,
            FAX_EMAIL="{number}@fax.example.test",
            MAIL_BOUNCES="bounce@linli.example.test",
        )
        say(At(identity.id), Words(_("Community notices")), purpose="campaign", queue="bulk")
        [one] = deliveries.claim("bulk", "us")
        deliveries.sent([(one.id, send(due(OFFICE, one.id)).provider_id)])
    letter = sink.waits_for("861065001234@fax.example.test")
    [attached] = letter.iter_attachments()
    assert attached.get_content_type() == "application/pdf"
    assert attached.get_content().startswith(b"%PDF-")
    assert bounces.take(
        Report("bounced", email_marks.bounced(sink.envelopes[0][1]), gone=True, reason="no answer")
    )
    assert Delivery.get_by_id(one.id).status == "failed"
    assert people.get(identity.id).state == "active", "the number may well answer tomorrow"


def test_without_a_machine_and_a_gateway_there_is_no_fax(configure: Callable[..., None]) -> None:
    configure(FAX_EMAIL="{number}@fax.example.test")
    assert "fax" not in registry.channels()
    configure(HYLAFAX_URL="hylafax://host")
    assert "fax" in registry.channels()

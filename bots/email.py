"""E-mail out, over SMTP; without SMTP_URL every letter is kept as VAR_DIR/mail/*.eml. Answers to it are not read by us; what mail
servers answer is (`bounces`)."""

from __future__ import annotations

import asyncio
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from email.utils import format_datetime
from pathlib import Path

from backend.core import clock
from backend.core.i18n import render
from backend.messaging.content import Content
from backend.messaging.deliveries import Due
from backend.messaging.topics import TOPICS
from backend.settings import settings
from bots import email_marks, email_shape, photo_link
from bots.channel import Channel, Refused, Sent
from bots.email_shape import Mail
from bots.email_wire import Wire

_TO_MANY = ("notice", "campaign", "survey", "event")
"""Purposes of letters that nobody asked for one by one: only of these, and of a topic, somebody can want no more."""


class EmailChannel(Channel):
    """One mail server; the MAIL_… settings say what it takes, and the mailboxes beyond it."""

    name = "email"
    per_address_second = 0.2

    def __init__(self) -> None:
        now = settings()
        self.per_second = now.mail_per_second
        self.per_domain_second = now.mail_per_domain_second
        self.at_once = now.mail_connections
        self._wire = Wire(now.mail_per_connection)

    async def send(self, due: Due) -> Sent:
        letter = composed(due)
        url = settings().smtp_url.get_secret_value()
        if url:
            wired = letter.as_bytes(policy=SMTP_POLICY)
            await self._wire.carry(url, email_marks.return_address(due.id), due.address, wired)
        else:
            path = await asyncio.to_thread(_keep, letter, due.id)
            print(f"No mail server is set; the letter is in {path}", flush=True)  # noqa: T201
        return Sent(str(letter["Message-ID"]))

    async def close(self) -> None:
        self._wire.close()


def shape(content: Content, leave_url: str = "") -> Mail:
    """`content` as subject, text and HTML."""
    now = settings()
    return email_shape.shape(content, now.community_name, now.hotline, f"{now.base_url}/chat", leave_url)


def composed(due: Due) -> EmailMessage:
    """The letter. Its Message-ID is the Delivery's, so that a repeat is seen as one by the reader's mail program."""
    leave = _leave_url(due)
    mail = shape(photo_link.told(due), leave)
    letter = EmailMessage()
    letter["From"] = Address(settings().community_name, addr_spec=_sender())
    letter["To"] = _recipient(due.address)
    letter["Subject"] = mail.subject
    letter["Date"] = format_datetime(clock.local(clock.now()))
    domain = _sender().rpartition("@")[2]
    letter["Message-ID"] = f"<{due.message_id}.{due.id}.{due.correlation or 'linli'}@{domain}>"
    letter["Auto-Submitted"] = "auto-replied" if due.purpose == "reply" else "auto-generated"
    if leave:
        letter["List-Unsubscribe"] = f"<{leave}>"
        if leave.startswith("https:"):
            letter["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    if due.queue == "bulk":
        _as_bulk(letter, due, domain)
    letter.set_content(mail.text)
    letter.add_alternative(mail.html, subtype="html")
    return letter


def _as_bulk(letter: EmailMessage, due: Due, domain: str) -> None:
    """What mailboxes want to know of a letter that goes to many: that it does, which list, which campaign (RFC 2919, and
    Feedback-ID as Gmail reads it: the last part is the sender)."""
    topic = due.content.topic or "notices"
    letter["Precedence"] = "bulk"
    name = render(TOPICS[topic].title, due.content.locale) if topic in TOPICS else settings().community_name
    letter["List-Id"] = f"{name} <{topic}.{domain}>"
    about = (due.about or "").replace(":", "-")
    letter["Feedback-ID"] = f"{about}:{topic}:{due.purpose}:linli"


def _leave_url(due: Due) -> str:
    """Where she says no: to the topic, or, of a notice without one, to letters at this address; nowhere where nobody can."""
    topic = due.content.topic
    if TOPICS[topic].exempt if topic in TOPICS else due.purpose not in _TO_MANY:
        return ""
    return email_marks.leave_url(due.identity_id, topic)


def _recipient(address: str) -> Address:
    try:
        # Boxes outside ASCII need SMTPUTF8 on every hop, which providers do not offer.
        address.encode("ascii")
        return Address(addr_spec=address)
    except (ValueError, IndexError, HeaderParseError) as error:
        raise Refused("this is no e-mail address", ends_identity=True) from error


def _sender() -> str:
    return settings().mail_from


def _keep(letter: EmailMessage, delivery_id: int) -> Path:
    folder = settings().var_dir / "mail"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{clock.local(clock.now()):%Y%m%d-%H%M%S}-{delivery_id}.eml"
    for part in letter.iter_parts():
        # So that any editor shows the link.
        part.set_content(part.get_content(), subtype=part.get_content_subtype(), cte="8bit")
    draft = path.with_suffix(".part")
    draft.write_bytes(letter.as_bytes(policy=SMTP_POLICY))
    return draft.replace(path)

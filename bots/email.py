"""E-mail out, over SMTP; without SMTP_URL every letter is kept as VAR_DIR/mail/*.eml. Answers to it are not read by us."""

from __future__ import annotations

import asyncio
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from email.utils import format_datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit

import aiosmtplib

from backend.core import clock
from backend.messaging.content import Content
from backend.messaging.deliveries import Due
from backend.settings import settings
from bots import email_shape, photo_link
from bots.channel import AnswerLost, Channel, Refused, Sent, TryLater
from bots.email_shape import Mail

CONNECTIONS = 4
SECONDS = 10.0
_NO_SUCH_BOX = (550, 551, 553)
_ASKED_FOR = ("reply", "code")
"""Purposes of letters that she asked for: there is nothing to unsubscribe from."""
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


class EmailChannel(Channel):
    """Submission to one mail server (RFC 6409) over a few kept connections. The pace is what common providers take without greylisting."""

    name = "email"
    per_second = 10.0
    per_address_second = 0.2
    at_once = CONNECTIONS

    def __init__(self) -> None:
        self._free: list[aiosmtplib.SMTP] = []

    async def send(self, due: Due) -> Sent:
        letter = composed(due)
        url = settings().smtp_url.get_secret_value()
        if url:
            await self._transfer(url, due.address, letter)
        else:
            path = await asyncio.to_thread(_keep, letter, due.id)
            print(f"No mail server is set; the letter is in {path}", flush=True)  # noqa: T201
        return Sent(str(letter["Message-ID"]))

    async def close(self) -> None:
        while self._free:
            self._free.pop().close()

    async def _transfer(self, url: str, to: str, letter: EmailMessage) -> None:
        smtp = self._kept() or _server(url)
        try:
            await self._hand_over(smtp, to, letter)
        except asyncio.CancelledError:
            # Given up in the middle of a command: what the server says next would answer nobody.
            smtp.close()
            raise

    async def _hand_over(self, smtp: aiosmtplib.SMTP, to: str, letter: EmailMessage) -> None:
        await _connect(smtp)
        try:
            await smtp.mail(_sender())
            await smtp.rcpt(to)
        except aiosmtplib.SMTPResponseException as error:
            await self._give_back(smtp)
            raise _refusal(error) from error
        except (aiosmtplib.SMTPException, OSError) as error:
            # Nothing was handed over yet: also when a kept connection had been closed meanwhile.
            smtp.close()
            raise TryLater(f"the mail server went away: {type(error).__name__}", 2) from error
        try:
            await smtp.data(letter.as_bytes(policy=SMTP_POLICY))
        except aiosmtplib.SMTPResponseException as error:
            await self._give_back(smtp)
            raise _refusal(error) from error
        except (aiosmtplib.SMTPException, OSError) as error:
            smtp.close()
            raise AnswerLost(f"the mail server did not answer: {type(error).__name__}") from error
        self._free.append(smtp)

    def _kept(self) -> aiosmtplib.SMTP | None:
        while self._free:
            kept = self._free.pop()
            if kept.is_connected:
                return kept
        return None

    async def _give_back(self, smtp: aiosmtplib.SMTP) -> None:
        try:
            await smtp.rset()
        except (aiosmtplib.SMTPException, OSError):
            smtp.close()
        else:
            self._free.append(smtp)


def shape(content: Content) -> Mail:
    """`content` as subject, text and HTML."""
    now = settings()
    return email_shape.shape(content, now.community_name, now.hotline, f"{now.base_url}/chat")


def composed(due: Due) -> EmailMessage:
    """The letter. Its Message-ID is the Delivery's, so that a repeat is seen as one by the reader's mail program."""
    mail = shape(photo_link.told(due))
    letter = EmailMessage()
    letter["From"] = Address(settings().community_name, addr_spec=_sender())
    letter["To"] = _recipient(due.address)
    letter["Subject"] = mail.subject
    letter["Date"] = format_datetime(clock.local(clock.now()))
    domain = _sender().rpartition("@")[2]
    letter["Message-ID"] = f"<{due.message_id}.{due.id}.{due.correlation or 'linli'}@{domain}>"
    letter["Auto-Submitted"] = "auto-replied" if due.purpose == "reply" else "auto-generated"
    if due.purpose not in _ASKED_FOR:
        letter["List-Unsubscribe"] = f"<mailto:{_sender()}?subject=unsubscribe>"
    letter.set_content(mail.text)
    letter.add_alternative(mail.html, subtype="html")
    return letter


def _recipient(address: str) -> Address:
    try:
        # Boxes outside ASCII need SMTPUTF8 on every hop, which providers do not offer.
        address.encode("ascii")
        return Address(addr_spec=address)
    except (ValueError, IndexError, HeaderParseError) as error:
        raise Refused("this is no e-mail address", ends_identity=True) from error


def _sender() -> str:
    return settings().mail_from


def _server(url: str) -> aiosmtplib.SMTP:
    """`smtp://` takes up STARTTLS where it is offered, and insists on it before a password leaves this machine; `smtps://` is TLS
    from the start."""
    parts = urlsplit(url)
    host, wrapped = parts.hostname or "localhost", parts.scheme == "smtps"
    must_encrypt = bool(parts.username) and host not in _LOOPBACK
    return aiosmtplib.SMTP(
        hostname=host,
        port=parts.port or (465 if wrapped else 587),
        username=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
        use_tls=wrapped,
        start_tls=False if wrapped else True if must_encrypt else None,
        timeout=SECONDS,
    )


async def _connect(smtp: aiosmtplib.SMTP) -> None:
    if smtp.is_connected:
        return
    try:
        await smtp.connect()
    except aiosmtplib.SMTPAuthenticationError as error:
        raise TryLater(f"the mail server refuses our account: {error.code}", 300) from error
    except (aiosmtplib.SMTPException, OSError) as error:
        raise TryLater(f"the mail server cannot be reached: {type(error).__name__}") from error


def _refusal(error: aiosmtplib.SMTPResponseException) -> TryLater | Refused:
    reason = f"SMTP {error.code}: {error.message}"[:200]
    if error.code < 500:
        return TryLater(reason)
    # 5.7.x is about policy, not about the box.
    gone = (
        isinstance(error, aiosmtplib.SMTPRecipientRefused)
        and error.code in _NO_SUCH_BOX
        and "5.7." not in error.message
    )
    return Refused(reason, ends_identity=gone)


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

"""Fax: the notice as a page, over HylaFAX where that is set up (HYLAFAX_URL), else through an e-mail-to-fax gateway (FAX_EMAIL).

HylaFAX tells how each fax went (asked once a minute); a gateway takes the page, and mails back when it could not.
"""

from __future__ import annotations

import asyncio
import ftplib
from collections.abc import Callable
from datetime import timedelta
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from email.utils import format_datetime

import structlog

from backend.core import clock
from backend.fields.calendar import shown_day
from backend.messaging import deliveries
from backend.messaging.deliveries import Due
from backend.messaging.models import Delivery
from backend.printing.press import PRESS, PressError, PressMissing
from backend.settings import settings
from bots import email_marks, fax_shape, hylafax
from bots.channel import AnswerLost, Channel, Refused, Sent, TryLater
from bots.email_wire import Wire

NAME = "fax"
ASKED_AFTER = timedelta(days=2)
"""A fax that is neither sent nor failed by then is no longer asked after."""
_JOB = "hylafax:"
log = structlog.get_logger()


def is_set_up() -> bool:
    now = settings()
    by_mail = bool(now.fax_email and now.smtp_url.get_secret_value())
    return by_mail or bool(now.hylafax_url.get_secret_value())


class FaxChannel(Channel):
    """A machine takes a minute for a page: what is queued at HylaFAX or the gateway waits there."""

    name = NAME
    per_second = 1.0
    per_address_second = 0.02
    at_once = 2

    def __init__(self) -> None:
        self._wire = Wire(settings().mail_per_connection)

    async def send(self, due: Due) -> Sent:
        pdf = await asyncio.to_thread(page, due)
        now = settings()
        if url := now.hylafax_url.get_secret_value():
            return Sent(await asyncio.to_thread(_queued, url, due, pdf))
        letter = _letter(due, pdf)
        sender = email_marks.return_address(due.id)
        wired = letter.as_bytes(policy=SMTP_POLICY)
        await self._wire.carry(now.smtp_url.get_secret_value(), sender, str(letter["To"]), wired)
        return Sent(str(letter["Message-ID"]))

    async def close(self) -> None:
        self._wire.close()


def page(due: Due) -> bytes:
    """The notice as a PDF. Raises TryLater where the press is missing, Refused where it cannot print this."""
    now = settings()
    day = shown_day(clock.local(clock.now()).date(), due.content.locale)
    try:
        return PRESS.pdf(fax_shape.shape(due.content, now.community_name, now.hotline, day))[0]
    except PressMissing as error:
        raise TryLater(f"printing is not installed: {error}", 900) from error
    except PressError as error:
        raise Refused(f"the notice cannot be printed: {error}") from error


def _queued(url: str, due: Due, pdf: bytes) -> str:
    now = settings()
    try:
        job = hylafax.submit(url, due.address.lstrip("+"), pdf, "linli", now.mail_from, f"linli {due.id}")
    except hylafax.Unanswered as error:
        raise AnswerLost("HylaFAX did not answer") from error
    except ftplib.error_perm as error:
        raise Refused(f"HylaFAX: {error}") from error
    except (OSError, EOFError, ftplib.Error) as error:
        raise TryLater(f"HylaFAX cannot be reached: {type(error).__name__}", 60) from error
    return f"{_JOB}{job}"


def _letter(due: Due, pdf: bytes) -> EmailMessage:
    now = settings()
    letter = EmailMessage()
    letter["From"] = Address(now.community_name, addr_spec=now.mail_from)
    letter["To"] = now.fax_email.replace("{number}", due.address.lstrip("+"))
    letter["Subject"] = due.content.subject or now.community_name
    letter["Date"] = format_datetime(clock.local(clock.now()))
    domain = now.mail_from.rpartition("@")[2]
    letter["Message-ID"] = f"<{due.message_id}.{due.id}.{due.correlation or 'linli'}@{domain}>"
    letter.set_content(now.community_name)
    letter.add_attachment(pdf, maintype="application", subtype="pdf", filename="notice.pdf")
    return letter


def results() -> int:
    """Ask HylaFAX how the faxes went that it has; returns of how many it is known now."""
    url = settings().hylafax_url.get_secret_value()
    if not url:
        return 0
    since = clock.now() - ASKED_AFTER
    waiting = Delivery.select(Delivery.provider_id).where(
        (Delivery.channel == NAME)
        & (Delivery.status == "sent")
        & (Delivery.created_at > since)
        & Delivery.provider_id.startswith(_JOB)
    )
    jobs = [str(d.provider_id).removeprefix(_JOB) for d in waiting]
    if not jobs:
        return 0
    try:
        found = hylafax.states(url, jobs)
    except (OSError, EOFError, ftplib.Error) as error:
        log.warning("fax.not_reachable", error=type(error).__name__)
        return 0
    known = {job: state for job, state in found.items() if state.done or state.failed}
    for job, state in known.items():
        deliveries.receipt(NAME, f"{_JOB}{job}", "delivered" if state.done else "failed", state.why or None)
    return len(known)


JOBS: list[tuple[str, int, Callable[[], int]]] = [("fax.results", 60, results)]

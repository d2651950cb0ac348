"""Submission to one mail server (RFC 6409): a few kept connections, many letters over each."""

from __future__ import annotations

import asyncio
from urllib.parse import unquote, urlsplit

import aiosmtplib

from bots.channel import AnswerLost, Refused, TryLater

SECONDS = 10.0
_NO_SUCH_BOX = (550, 551, 553)
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


class Wire:
    """The connections to `url`. `letters`: so many go over one before it is closed, since servers end longer ones themselves."""

    def __init__(self, letters: int) -> None:
        self._letters = letters
        self._free: list[aiosmtplib.SMTP] = []
        self._carried: dict[int, int] = {}

    async def carry(self, url: str, sender: str, to: str, letter: bytes) -> None:
        """Hand over one letter. Raises TryLater, Refused or AnswerLost."""
        smtp = self._kept() or server(url)
        try:
            await self._hand_over(smtp, sender, to, letter)
        except asyncio.CancelledError:
            # Given up in the middle of a command: what the server says next would answer nobody.
            self._drop(smtp)
            raise

    def close(self) -> None:
        while self._free:
            self._drop(self._free.pop())

    async def _hand_over(self, smtp: aiosmtplib.SMTP, sender: str, to: str, letter: bytes) -> None:
        await _connect(smtp)
        try:
            await smtp.mail(sender)
            await smtp.rcpt(to)
        except aiosmtplib.SMTPResponseException as error:
            await self._give_back(smtp)
            raise _refusal(error) from error
        except (aiosmtplib.SMTPException, OSError) as error:
            # Nothing was handed over yet: also when a kept connection had been closed meanwhile.
            self._drop(smtp)
            raise TryLater(f"the mail server went away: {type(error).__name__}", 2) from error
        try:
            await smtp.data(letter)
        except aiosmtplib.SMTPResponseException as error:
            await self._give_back(smtp)
            raise _refusal(error) from error
        except (aiosmtplib.SMTPException, OSError) as error:
            self._drop(smtp)
            raise AnswerLost(f"the mail server did not answer: {type(error).__name__}") from error
        await self._keep(smtp)

    def _kept(self) -> aiosmtplib.SMTP | None:
        while self._free:
            kept = self._free.pop()
            if kept.is_connected:
                return kept
            self._drop(kept)
        return None

    async def _keep(self, smtp: aiosmtplib.SMTP) -> None:
        carried = self._carried[id(smtp)] = self._carried.get(id(smtp), 0) + 1
        if carried < self._letters:
            self._free.append(smtp)
            return
        self._carried.pop(id(smtp))
        try:
            await smtp.quit()
        except (aiosmtplib.SMTPException, OSError):
            smtp.close()

    async def _give_back(self, smtp: aiosmtplib.SMTP) -> None:
        try:
            await smtp.rset()
        except (aiosmtplib.SMTPException, OSError):
            self._drop(smtp)
        else:
            self._free.append(smtp)

    def _drop(self, smtp: aiosmtplib.SMTP) -> None:
        self._carried.pop(id(smtp), None)
        smtp.close()


def server(url: str) -> aiosmtplib.SMTP:
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

"""A mail server that keeps what it is given: `with MailSink() as mail: … mail.box[0].subject`.

Recipients that start with `reject` are refused for good (550), with `later` for now (451).
"""

from __future__ import annotations

import email
from email import policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword

from tests.servers import LONG, free_port, until

USER, PASSWORD = "linli", "mail-password"


class MailSink:
    """`.url` is what SMTP_URL takes; `.box` the messages in order."""

    def __init__(self, *, authenticated: bool = True) -> None:
        self.port = free_port()
        self.authenticated = authenticated
        self.box: list[EmailMessage] = []
        self.envelopes: list[tuple[int, str]] = []
        """Of each message: the peer's port, which tells connections apart, and the sender on the envelope."""
        account = f"{USER}:{PASSWORD}@" if authenticated else ""
        self.url = f"smtp://{account}127.0.0.1:{self.port}"

    def __enter__(self) -> MailSink:
        options: dict[str, Any] = {"auth_require_tls": False, "decode_data": False, "enable_SMTPUTF8": True}
        if self.authenticated:
            options |= {"authenticator": self._authenticate, "auth_required": True}
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port, **options)
        self._controller.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._controller.stop()

    def waits_for(self, to: str, seconds: float = LONG) -> EmailMessage:
        """The newest mail to this address, once there is one."""
        until(lambda: self._to(to), what=f"a mail to {to}", seconds=seconds)
        return self._to(to)[-1]

    def _to(self, address: str) -> list[EmailMessage]:
        return [mail for mail in self.box if address in str(mail["To"])]

    async def handle_RCPT(
        self, server: Any, session: Any, envelope: Envelope, address: str, options: Any
    ) -> str:
        if address.startswith("reject"):
            return "550 5.1.1 mailbox unavailable"
        if address.startswith("later"):
            return "451 4.7.1 greylisted"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Envelope) -> str:
        content = envelope.content
        assert isinstance(content, bytes)
        self.envelopes.append((session.peer[1], str(envelope.mail_from)))
        self.box.append(email.message_from_bytes(content, policy=policy.default))  # type: ignore[arg-type]
        return "250 queued"

    @staticmethod
    def _authenticate(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        good = isinstance(data, LoginPassword) and (data.login, data.password) == (
            USER.encode(),
            PASSWORD.encode(),
        )
        # handled=False on failure: otherwise aiosmtpd answers nothing and the client hangs.
        return AuthResult(success=good, handled=good)

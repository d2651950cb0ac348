"""A running community with everything around it: the processes, Twilio, Telegram, a mail server, its staff."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path

from playwright.sync_api import Page

from tests.e2e.lines import Line, Sms, Telegram, Voice, Webchat
from tests.e2e.office import Colleague
from tests.e2e.people import Neighbour
from tests.harness.phones import Carrier
from tests.harness.smtp import MailSink
from tests.harness.telegram import TelegramEmulator
from tests.harness.twilio_server import TwilioServer
from tests.servers import until
from tests.system import WITHOUT_BOTS, System, running_system

_ACCOUNT = re.compile(r"│ +(\w+) +((?:\w{4}-){3}\w{4})")


class Town:
    """`.linli` is the system; residents come through `.sms()`, `.voice()`, `.telegram()`; staff through `.admin`, `.desk`."""

    def __init__(self, linli: System, twilio: TwilioServer, bot: TelegramEmulator, mail: MailSink) -> None:
        self.linli, self.twilio, self.bot, self.mail = linli, twilio, bot, mail
        self.carrier = Carrier(linli.base)
        self.language = "zh_CN"
        self._users = iter(range(7_001, 9_000))

    @property
    def base(self) -> str:
        return self.linli.base

    # --- residents ---------------------------------------------------------------------------------------------

    def sms(self, person: Neighbour) -> Sms:
        return Sms(person.name, person.mobile, self.carrier, self.twilio)

    def voice(self, person: Neighbour) -> Voice:
        return Voice(person.name, person.mobile, self.carrier, self.twilio)

    def telegram(self, person: Neighbour) -> Telegram:
        language = "zh-hans" if person.language == "zh_CN" else "en"
        return Telegram(self.bot.user(next(self._users), person.name, language))

    def webchat(self, person: Neighbour, page: Page) -> Webchat:
        return Webchat(person.name, page, self.base)

    def code_sent_to(self, person: Neighbour) -> str:
        """The newest code that came to this phone."""
        found: list[str] = []

        def there() -> bool:
            found[:] = [
                code[0]
                for m in self.twilio.messages
                if m.to == person.mobile and (code := re.search(r"(?<!\d)\d{6}(?!\d)", m.body))
            ]
            return bool(found)

        until(there, what=f"a code for {person.mobile}")
        return found[-1]

    def link_mailed_to(self, person: Neighbour) -> str:
        letter = self.mail.waits_for(person.email)
        body = letter.get_body(("plain", "html"))
        assert body is not None
        link = re.search(r"https?://\S+/activate/[\w.-]+", body.get_content())
        assert link, body.get_content()
        return link[0]

    def keeps(self, line: Line) -> None:
        """Put what was said on this line where the developer can read it: the log of the test."""
        logging.getLogger("transcript").info("%s", line.read())

    # --- staff -------------------------------------------------------------------------------------------------

    @cached_property
    def passwords(self) -> dict[str, str]:
        """The one-time passwords that `make run` prints."""
        until(lambda: "auditor" in self.linli.log("services", 60), what="the greeting")
        return dict(_ACCOUNT.findall(self.linli.log("services", 60)))

    @cached_property
    def admin(self) -> Colleague:
        """沈慧, who heads the community office."""
        return Colleague(self.base, "admin", self.passwords["admin"])

    @cached_property
    def desk(self) -> Colleague:
        return Colleague(self.base, "desk", self.passwords["desk"])

    @cached_property
    def wang(self) -> Telegram:
        """王师傅 in his Telegram, tied to his account with the code from the admin."""
        account = Colleague(self.base, "wang", self.passwords["wang"])
        chat = Telegram(self.bot.user(next(self._users), "王师傅", "zh-hans"))
        chat.says(account.makes_link_code(), hears="王师傅")
        return chat

    @cached_property
    def li(self) -> Sms:
        """李师傅, who has an old phone: the same by text message."""
        account = Colleague(self.base, "li", self.passwords["li"])
        chat = Sms("李师傅", "+8617000002006", self.carrier, self.twilio)
        chat.says(account.makes_link_code(), hears="李师傅")
        return chat


@contextmanager
def running_town(folder: Path, database_url: str | None = None) -> Iterator[Town]:
    with TwilioServer() as twilio, TelegramEmulator() as bot, MailSink() as mail:
        settings = {
            "DEMO": "1",
            **twilio.settings(),
            "TELEGRAM_BOT_TOKEN": bot.token,
            "TELEGRAM_API_BASE": bot.api_base,
            "SMTP_URL": mail.url,
        }
        with running_system(
            folder, database_url=database_url, settings=settings, processes=(*WITHOUT_BOTS, "telegram")
        ) as linli:
            yield Town(linli, twilio, bot, mail)

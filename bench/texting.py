"""People who text us through Twilio: what they write, and the signed requests that Twilio makes of it."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

ACCOUNT = "AC" + "0" * 32
TOKEN = "bench-auth-token"
OUR_NUMBER = "+8610650012340"
PUBLIC_URL = "https://linli.example.com"
PATH = "/hooks/sms"

SETTINGS = {
    "TWILIO_ACCOUNT_SID": ACCOUNT,
    "TWILIO_AUTH_TOKEN": TOKEN,
    "TWILIO_FROM": OUR_NUMBER,
    "PUBLIC_URL": PUBLIC_URL,
    "TRUSTED_PROXIES": "1",
}

SCRIPTS = (
    ("注册", "1", "王秀英", "1", "1", "110101194803052249", "没有", "帮助", "返回", "菜单", "取消"),
    ("register", "1", "Mary Wang", "1", "1", "110101194803052249", "none", "help", "back", "menu", "cancel"),
)
"""The first questions of the registration, a look at the help and the menu, and out again: in Chinese, in English."""
ROUNDS = 7
"""How often one person goes through her script: fewer than 80 messages, or she would be taken for a machine."""


@dataclass(frozen=True, slots=True)
class Crowd:
    """`people` phone numbers from `first` on; every other person writes English."""

    first: int
    people: int
    rounds: int = ROUNDS

    @property
    def messages(self) -> int:
        return self.people * self.rounds * len(SCRIPTS[0])

    def requests(self, host: str) -> Iterator[bytes]:
        """Whole HTTP requests, everybody's first message before anybody's second."""
        sid = self.first << 24
        for _round in range(self.rounds):
            for place in range(len(SCRIPTS[0])):
                for number in range(self.first, self.first + self.people):
                    sid += 1
                    yield request(host, f"+861{number:010d}", SCRIPTS[number % 2][place], f"SM{sid:032x}")


def request(host: str, sender: str, text: str, sid: str) -> bytes:
    """One inbound message as Twilio posts it, with its signature (twilio.com/docs/usage/security)."""
    form = {
        "MessageSid": sid,
        "SmsSid": sid,
        "SmsMessageSid": sid,
        "AccountSid": ACCOUNT,
        "From": sender,
        "To": OUR_NUMBER,
        "Body": text,
        "NumMedia": "0",
        "NumSegments": "1",
        "ApiVersion": "2010-04-01",
        "FromCountry": "CN",
    }
    signed = PUBLIC_URL + PATH + "".join(name + form[name] for name in sorted(form))
    signature = base64.b64encode(hmac.new(TOKEN.encode(), signed.encode(), hashlib.sha1).digest()).decode()
    body = urlencode(form).encode()
    head = (
        f"POST {PATH} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: TwilioProxy/1.1\r\nAccept: */*\r\n"
        f"Content-Type: application/x-www-form-urlencoded; charset=utf-8\r\nContent-Length: {len(body)}\r\n"
        f"X-Twilio-Signature: {signature}\r\nX-Forwarded-Proto: https\r\nX-Forwarded-For: 54.172.60.1\r\n\r\n"
    )
    return head.encode() + body

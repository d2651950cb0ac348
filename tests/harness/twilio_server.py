"""Twilio's API for tests: strict about what it is sent, remembers messages and calls, fails on demand.

The rules (unknown parameters refused, `To` in E.164, Body ≤ 1600 characters, From or MessagingServiceSid, Url or Twiml)
and the answers follow Twilio's published OpenAPI, version 2010-04-01.
"""

# ruff: noqa: SIM905
from __future__ import annotations

import base64
import json
import re
import threading
import urllib.parse
from dataclasses import dataclass, field
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.servers import LONG, until

ACCOUNT, AUTH_TOKEN, OUR_NUMBER = "AC" + "a" * 32, "test-twilio-auth-token", "+14155552345"
_E164 = re.compile(r"^(whatsapp:)?\+[1-9]\d{6,14}$")
_PATH = re.compile(
    r"^/2010-04-01/Accounts/(AC[0-9a-f]{32})/(Messages|Calls)(?:/([A-Z]{2}[0-9a-f]{32}))?\.json$"
)
_MEDIA = re.compile(
    r"^/2010-04-01/Accounts/(AC[0-9a-f]{32})/Messages/[A-Z]{2}[0-9a-f]{32}/Media/(ME[0-9a-f]{32})$"
)
_MESSAGE_PARAMETERS = frozenset(
    "To StatusCallback ApplicationSid MaxPrice ProvideFeedback Attempt ValidityPeriod ForceDelivery ContentRetention "
    "AddressRetention SmartEncoded PersistentAction TrafficType ShortenUrls ScheduleType SendAt SendAsMms "
    "ContentVariables RiskCheck From FallbackFrom MessagingServiceSid Body MediaUrl ContentSid".split()
)  # fmt: skip
_CALL_PARAMETERS = frozenset(
    "To From Method FallbackUrl FallbackMethod StatusCallback StatusCallbackEvent StatusCallbackMethod SendDigits "
    "Timeout Record RecordingChannels RecordingStatusCallback RecordingStatusCallbackMethod SipAuthUsername "
    "SipAuthPassword MachineDetection MachineDetectionTimeout RecordingStatusCallbackEvent Trim CallerId "
    "MachineDetectionSpeechThreshold MachineDetectionSpeechEndThreshold MachineDetectionSilenceTimeout AsyncAmd "
    "AsyncAmdStatusCallback AsyncAmdStatusCallbackMethod Byoc CallReason CallToken RecordingTrack TimeLimit "
    "ClientNotificationUrl Url Twiml ApplicationSid".split()
)  # fmt: skip


@dataclass
class Fault:
    """`status`: answer that; `hang`: answer nothing until the client gives up; `lost`: do it, then close unanswered;
    `garbage`: do it, and answer with what no client can read."""

    kind: str
    status: int = 500
    retry_after: int | None = None
    times: int = 1
    code: int | None = None


@dataclass
class Resource:
    """A message or a call: what was asked (`asked`, form parameters) and what Twilio shows of it (`shown`)."""

    kind: str
    asked: dict[str, str]
    shown: dict[str, Any]
    updates: list[dict[str, str]] = field(default_factory=list)

    @property
    def sid(self) -> str:
        return str(self.shown["sid"])

    @property
    def to(self) -> str:
        return self.asked["To"]

    @property
    def body(self) -> str:
        return self.asked.get("Body", "")


class _Refusal(Exception):
    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status, self.code = status, code


class TwilioServer:
    """`.api_base` is what TWILIO_API_BASE takes. `.messages`, `.calls`: what was accepted, in order."""

    def __init__(self, port: int = 0) -> None:
        self._port = port
        self.messages: list[Resource] = []
        self.calls: list[Resource] = []
        self.unsubscribed: set[str] = set()
        self.media: dict[str, tuple[str, bytes]] = {}
        self.refused: list[tuple[int, str]] = []
        self._faults: list[Fault] = []
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._serial = 0

    def __enter__(self) -> TwilioServer:
        handler = type("Handler", (_Handler,), {"twilio": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", self._port), handler)
        self._server.daemon_threads = True
        self.api_base = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self._server.shutdown()
        self._server.server_close()

    def settings(self) -> dict[str, str]:
        """The environment of a Linli that uses this Twilio."""
        return {
            "TWILIO_ACCOUNT_SID": ACCOUNT,
            "TWILIO_AUTH_TOKEN": AUTH_TOKEN,
            "TWILIO_FROM": OUR_NUMBER,
            "TWILIO_API_BASE": self.api_base,
        }

    # --- on demand ---------------------------------------------------------------------------------------------

    def fail(
        self, status: int, *, times: int = 1, retry_after: int | None = None, code: int | None = None
    ) -> None:
        self._faults.append(Fault("status", status, retry_after, times, code))

    def hang(self, *, times: int = 1) -> None:
        self._faults.append(Fault("hang", times=times))

    def lose_answer(self, *, times: int = 1) -> None:
        self._faults.append(Fault("lost", times=times))

    def garble(self, *, times: int = 1) -> None:
        self._faults.append(Fault("garbage", times=times))

    def keep_media(self, content_type: str, data: bytes) -> str:
        """Store a picture as Twilio does for MMS; returns its URL (basic auth)."""
        sid = self.new_sid("ME")
        self.media[sid] = (content_type, data)
        return f"{self.api_base}/2010-04-01/Accounts/{ACCOUNT}/Messages/{self.new_sid('MM')}/Media/{sid}"

    def waits_for_message(self, to: str, containing: str = "", seconds: float = LONG) -> Resource:
        """The newest accepted SMS to `to` with this text in it, once there is one."""
        found: list[Resource] = []

        def there() -> bool:
            found[:] = [m for m in self.messages if m.to == to and containing in m.body]
            return bool(found)

        until(there, what=f"an SMS to {to} with {containing!r}; there were {[m.body for m in self.messages]}",
              seconds=seconds)  # fmt: skip
        return found[-1]

    def new_sid(self, prefix: str) -> str:
        with self._lock:
            self._serial += 1
            return f"{prefix}{self._serial:032x}"

    # --- the API -----------------------------------------------------------------------------------------------

    def next_fault(self) -> Fault | None:
        with self._lock:
            if not self._faults:
                return None
            fault = self._faults[0]
            fault.times -= 1
            if fault.times <= 0:
                self._faults.pop(0)
            return fault

    def wait_for_end(self, seconds: float) -> None:
        self._stopping.wait(seconds)

    def answer(self, method: str, path: str, form: list[tuple[str, str]]) -> tuple[int, dict[str, Any]]:
        match = _PATH.match(path)
        if not match:
            raise _Refusal(404, 20404, f"The requested resource {path} was not found")
        account, kind, sid = match.groups()
        if account != ACCOUNT:
            raise _Refusal(401, 20003, "Authenticate")
        resources = self.messages if kind == "Messages" else self.calls
        if sid is None and method == "POST":
            return 201, self._create(kind, form).shown
        if sid is None:
            return 200, {
                kind.lower(): [r.shown for r in resources],
                "page": 0,
                "page_size": 50,
                "next_page_uri": None,
            }
        found = next((r for r in resources if r.sid == sid), None)
        if found is None:
            raise _Refusal(404, 20404, f"The requested resource {path} was not found")
        if method == "POST":
            found.updates.append(dict(form))
            if dict(form).get("Status") in ("completed", "canceled"):
                found.shown["status"] = dict(form)["Status"]
        return 200, found.shown

    def _create(self, kind: str, form: list[tuple[str, str]]) -> Resource:
        asked = dict(form)
        self._check(kind, asked)
        sid = self.new_sid("SM" if kind == "Messages" else "CA")
        at = formatdate(usegmt=False)
        shown: dict[str, Any] = {
            "sid": sid, "account_sid": ACCOUNT, "api_version": "2010-04-01", "status": "queued",
            "to": asked["To"], "from": asked.get("From"), "direction": "outbound-api", "date_created": at,
            "date_updated": at, "price": None, "price_unit": "USD", "subresource_uris": {},
            "uri": f"/2010-04-01/Accounts/{ACCOUNT}/{kind}/{sid}.json",
        }  # fmt: skip
        if kind == "Messages":
            shown |= {"body": asked.get("Body", ""), "num_segments": "1", "num_media": "0", "date_sent": None,
                      "error_code": None, "error_message": None, "messaging_service_sid": None}  # fmt: skip
        else:
            shown |= {"answered_by": None, "duration": None, "start_time": None, "end_time": None}
        resource = Resource(kind, asked, shown)
        self.accept(resource)
        return resource

    def accept(self, resource: Resource) -> None:
        with self._lock:
            (self.messages if resource.kind == "Messages" else self.calls).append(resource)

    def _check(self, kind: str, asked: dict[str, str]) -> None:
        known = _MESSAGE_PARAMETERS if kind == "Messages" else _CALL_PARAMETERS
        unknown = sorted(set(asked) - known)
        if unknown:
            raise _Refusal(400, 20001, f"Unknown parameters {unknown}")
        if not asked.get("To"):
            raise _Refusal(400, 21604, "A 'To' phone number is required.")
        if not _E164.match(asked["To"]):
            raise _Refusal(400, 21211, f"Invalid 'To' Phone Number: {asked['To']}")
        if kind == "Calls":
            if not asked.get("Url", "").startswith(("http://", "https://")) and not asked.get("Twiml"):
                raise _Refusal(400, 21205, "Url is not a valid URL")
            return
        if not asked.get("From") and not asked.get("MessagingServiceSid"):
            raise _Refusal(400, 21603, "A 'From' phone number is required.")
        if not asked.get("Body") and not asked.get("MediaUrl"):
            raise _Refusal(400, 21602, "Message body is required.")
        if len(asked.get("Body", "")) > 1600:
            raise _Refusal(400, 21617, "The concatenated message body exceeds the 1600 character limit")
        if asked["To"] in self.unsubscribed:
            raise _Refusal(400, 21610, "Attempt to send to unsubscribed recipient")


class _Handler(BaseHTTPRequestHandler):
    twilio: TwilioServer
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        media = _MEDIA.match(urllib.parse.urlsplit(self.path).path)
        if media and self._authentic() and media.group(2) in self.twilio.media:
            self._send(200, *self.twilio.media[media.group(2)])
        else:
            self._act("GET", [])

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        self._act("POST", urllib.parse.parse_qsl(raw, keep_blank_values=True))

    def _act(self, method: str, form: list[tuple[str, str]]) -> None:
        fault = self.twilio.next_fault()
        if fault and fault.kind == "hang":
            self.twilio.wait_for_end(60)
            self.close_connection = True
            return
        if fault and fault.kind == "status":
            headers = {"Retry-After": str(fault.retry_after)} if fault.retry_after is not None else {}
            self._refuse(fault.status, fault.code or 20000 + fault.status, "Injected", headers)
            return
        try:
            if not self._authentic():
                raise _Refusal(401, 20003, "Authenticate")
            status, shown = self.twilio.answer(method, urllib.parse.urlsplit(self.path).path, form)
        except _Refusal as refusal:
            self.twilio.refused.append((refusal.code, str(refusal)))
            self._refuse(refusal.status, refusal.code, str(refusal), {})
            return
        if fault and fault.kind == "lost":
            self.close_connection = True
            return
        if fault and fault.kind == "garbage":
            self._send(status, "application/json", b"<html>\xff\xfe an error of the load balancer's")
            return
        self._send(status, "application/json", json.dumps(shown).encode())

    def _authentic(self) -> bool:
        wanted = "Basic " + base64.b64encode(f"{ACCOUNT}:{AUTH_TOKEN}".encode()).decode()
        return self.headers.get("Authorization") == wanted

    def _refuse(self, status: int, code: int, message: str, headers: dict[str, str]) -> None:
        body = {"code": code, "message": message, "status": status, "more_info": ""}
        self._send(status, "application/json", json.dumps(body).encode(), headers)

    def _send(
        self, status: int, content_type: str, body: bytes, headers: dict[str, str] | None = None
    ) -> None:
        self.send_response(status)
        for name, value in {
            "Content-Type": content_type,
            "Content-Length": str(len(body)),
            **(headers or {}),
        }.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Tests read `.messages`, not a log."""

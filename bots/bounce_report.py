"""What mail servers and mail providers report about a letter, read. Pure but for the signatures it checks.

Delivery status notifications are RFC 3464 in the frame of RFC 6522, complaints RFC 5965 (ARF) in the same frame; providers' events
come as JSON (`bounce_events`).
"""

from __future__ import annotations

import email
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from email.message import Message
from typing import Literal

from bots import email_marks

Kind = Literal["bounced", "delivered", "complained", "left"]
_COMPLAINTS = frozenset({"abuse", "fraud", "opt-out", "opt-out-list", "other", "virus", "miscategorized"})
_GONE = ("5.1.0", "5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1", "5.4.4")
"""RFC 3463: there is no such box, domain or host, or it is shut. A full box, a policy or the letter itself is not the address."""
_TO = ("Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To", "To")


@dataclass(frozen=True, slots=True)
class Report:
    """`delivery_id` comes from our own signed address, else `provider_id` (the letter's Message-ID) says which it was. `gone`: so
    will everything else to this address."""

    kind: Kind
    delivery_id: int | None = None
    provider_id: str = ""
    gone: bool = False
    reason: str = ""


def gone(status: str) -> bool:
    """Whether an enhanced status code says that the address itself is no good."""
    return status.strip() in _GONE


def read(raw: bytes) -> Report | None:
    """What the mail reports of one of our letters; None for anything else: a delay, an automatic answer, a stranger's words."""
    # The older way of reading headers: it takes what is malformed as it stands.
    mail = email.message_from_bytes(raw)
    if mail.get_content_type() != "multipart/report":
        return None
    parts = [part for part in mail.walk() if part is not mail]
    delivery_id = _marked(mail, _TO)
    provider_id = ""
    if (original := _original(parts)) is not None:
        delivery_id = delivery_id or _marked(original, ("Return-Path",))
        provider_id = str(original.get("Message-ID", "")).strip()
    found = _status(parts) or _complaint(parts)
    if found is None or (delivery_id is None and not provider_id):
        return None
    kind, is_gone, reason = found
    return Report(kind, delivery_id, provider_id, is_gone, reason)


def _marked(mail: Message, headers: tuple[str, ...]) -> int | None:
    for header in headers:
        for value in mail.get_all(header, []):
            for address in str(value).split(","):
                if (found := email_marks.bounced(address.rpartition("<")[2])) is not None:
                    return found
    return None


def _original(parts: Sequence[Message]) -> Message | None:
    """The head of the letter that came back, whole or its headers alone."""
    for part in parts:
        if part.get_content_type() in ("message/rfc822", "message/global"):
            inside = part.get_payload()
            return inside[0] if isinstance(inside, list) and isinstance(inside[0], Message) else None
        if part.get_content_type() in ("text/rfc822-headers", "message/global-headers"):
            return email.message_from_string(_text(part))
    return None


def _text(part: Message) -> str:
    data = part.get_payload(decode=True)
    return data.decode("utf-8", "replace") if isinstance(data, bytes) else str(part.get_payload())


def _groups(parts: Sequence[Message], *types: str) -> Iterator[Message]:
    for part in parts:
        if part.get_content_type() in types:
            inside = part.get_payload()
            yield from (
                (group for group in inside if isinstance(group, Message)) if isinstance(inside, list) else ()
            )


def _status(parts: Sequence[Message]) -> tuple[Kind, bool, str] | None:
    for group in _groups(parts, "message/delivery-status", "message/global-delivery-status"):
        action = str(group.get("Action", "")).strip().lower()
        status = str(group.get("Status", "")).strip().partition(" ")[0]
        said = " ".join(str(group.get("Diagnostic-Code", "")).partition(";")[2].split())
        if action == "failed":
            return "bounced", gone(status), f"{status} {said}".strip()[:200]
        if action == "delivered":
            return "delivered", False, ""
    return None


def _complaint(parts: Sequence[Message]) -> tuple[Kind, bool, str] | None:
    for group in _groups(parts, "message/feedback-report"):
        about = str(group.get("Feedback-Type", "")).strip().lower()
        if about in _COMPLAINTS:
            return "complained", False, about
    return None

"""Mail providers' events, as JSON, in one shape. Pure.

Ours, for whatever has no shape of its own here: `{"event": "bounce" | "delivered" | "complaint" | "unsubscribe", "message_id":
"<…>" or "address": the envelope sender that we gave, "permanent": true, "reason": "…"}`, one, a list, or `{"events": […]}`. Also
those of SendGrid (a list of `smtp-id`), Mailgun (`event-data`) and Amazon SES (through SNS, or plain).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from bots import email_marks
from bots.bounce_report import Kind, Report, gone

_KINDS: Mapping[str, Kind] = {
    **dict.fromkeys(("bounce", "bounced", "dropped", "failed"), "bounced"),
    **dict.fromkeys(("delivered", "delivery"), "delivered"),
    **dict.fromkeys(("complaint", "complained", "spamreport"), "complained"),
    **dict.fromkeys(("unsubscribe", "unsubscribed", "group_unsubscribe"), "left"),
}


def events(data: Any) -> Iterator[Report]:
    """What the JSON reports of our letters; whatever else it holds (opened, deferred, processed) is passed over."""
    for event in _each(data):
        kind = _KINDS.get(_text(event.get("event")).lower())
        if kind is None or not (event.get("message_id") or event.get("address")):
            continue
        reason = f"{_text(event.get('status'))} {_text(event.get('reason'))}".strip()[:200]
        provider_id = _text(event.get("message_id")).strip()
        if provider_id and not provider_id.startswith("<"):
            provider_id = f"<{provider_id}>"
        permanent = event.get("permanent") is True or gone(_text(event.get("status")))
        delivery_id = email_marks.bounced(_text(event.get("address")))
        if kind == "bounced" and event.get("permanent") is False and event.get("temporary"):
            continue  # it is tried again
        yield Report(kind, delivery_id, provider_id, kind == "bounced" and permanent, reason)


def _each(data: Any) -> Iterator[Mapping[str, Any]]:
    """Every event in the words of ours."""
    if isinstance(data, list):
        for one in data:
            yield from _each(one)
    elif not isinstance(data, dict):
        return
    elif isinstance(data.get("events"), list):
        yield from _each(data["events"])
    elif isinstance(data.get("event-data"), dict):
        yield _mailgun(data["event-data"])
    elif data.get("Type") == "Notification":
        yield from _each(_inside(data.get("Message")))
    elif "notificationType" in data or "eventType" in data:
        yield _ses(data)
    elif "smtp-id" in data:
        yield {**data, "message_id": data["smtp-id"], "permanent": data.get("type") == "bounce"}
    else:
        yield data


def _inside(text: Any) -> Any:
    try:
        return json.loads(text) if isinstance(text, str) else None
    except ValueError:
        return None


def _mailgun(event: Mapping[str, Any]) -> Mapping[str, Any]:
    status = _dict(event, "delivery-status")
    permanent = event.get("severity") == "permanent"
    return {
        "event": event.get("event"),
        "message_id": _dict(event, "message", "headers").get("message-id"),
        "permanent": permanent and gone(_text(status.get("enhanced-code")) or "5.1.1"),
        "temporary": event.get("severity") == "temporary",
        "status": status.get("enhanced-code"),
        "reason": status.get("message") or status.get("description"),
    }


def _ses(event: Mapping[str, Any]) -> Mapping[str, Any]:
    bounce = _dict(event, "bounce")
    first: Mapping[str, Any] = next(iter(bounce.get("bouncedRecipients") or ()), {})
    return {
        "event": event.get("notificationType") or event.get("eventType"),
        "message_id": _dict(event, "mail", "commonHeaders").get("messageId"),
        "address": _dict(event, "mail", "commonHeaders").get("returnPath"),
        "permanent": bounce.get("bounceType") == "Permanent",
        "status": first.get("status"),
        "reason": first.get("diagnosticCode"),
    }


def _dict(data: Mapping[str, Any], *path: str) -> Mapping[str, Any]:
    for name in path:
        data = data.get(name) or {}
        if not isinstance(data, dict):
            return {}
    return data


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""

"""SMS over Twilio: the webhook that answers in its own response (TwiML), the receipts, and the channel for everything else.

Settings: TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN, TWILIO_FROM; PUBLIC_URL is the address that Twilio signs. In Twilio's
console the number's "a message comes in" is POST PUBLIC_URL/hooks/sms.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from xml.sax.saxutils import escape, quoteattr

from backend.fields.words import Said
from backend.messaging import deliveries, people
from backend.messaging.content import Content
from backend.messaging.deliveries import Due
from backend.settings import settings
from backend.web.door import Post, Reply, Take
from bots import photo_link, served, sms_shape, twilio
from bots.channel import AnswerLost, Channel, Refused, Sent, TryLater
from bots.sms_shape import Body
from conversations import engine, store
from conversations.inbound import Inbound, Turn

_STATUS = {
    "sent": "sent",
    "delivered": "delivered",
    "read": "read",
    "undelivered": "failed",
    "failed": "failed",
    "canceled": "failed",
}
"""Twilio's message states that tell us something new; accepted, queued and sending do not."""
_LATIN = re.compile(r"[A-Za-z]{2,}")
_CHINESE = re.compile(r"[\u3400-\u9fff]")


class SmsChannel(Channel):
    """Twilio's Messages API. Twilio queues what a number may not send at once, for up to ten hours, so that the pace here only
    spares its API; one person is not hurried."""

    name = "sms"
    per_address_second = 1.0

    def __init__(self) -> None:
        self.per_second = settings().twilio_per_second

    async def send(self, due: Due) -> Sent:
        bodies = shape(photo_link.told(due))
        if not bodies:
            raise Refused("there is nothing to say by SMS")
        sid, status = "", "sent"
        for place, body in enumerate(bodies):
            try:
                sid, status = await self._one(due, body.text)
            except TryLater as error:
                if place == 0:
                    raise
                raise AnswerLost(f"part {place + 1} of {len(bodies)}: {error}") from error
        return Sent(sid, "delivered" if status == "delivered" else "sent")

    async def _one(self, due: Due, text: str) -> tuple[str, str]:
        from bots import twilio_client  # slow to load: only who sends needs it

        found = settings()
        reachable = found.public_url or found.twilio_api_base
        return await twilio_client.text(due.address, text, _status_url([due.id]) if reachable else None)

    async def close(self) -> None:
        from bots import twilio_client  # slow to load: only who sends needs it

        await twilio_client.close()


def shape(*replies: Content) -> list[Body]:
    """The short messages that say a turn's `replies`, with what each costs."""
    return sms_shape.shape(replies, settings().community_name)


def heard(post: Post) -> Reply:
    """A text or a photo from somebody; the answer is in the response."""
    twilio.verify(post)
    form = post.form
    event_id = twilio.sid(form.get("MessageSid") or form.get("SmsSid") or "")
    sender = twilio.personal_number(form.get("From", ""))
    if sender is None or not event_id or sender == settings().twilio_from:
        # Short codes, company names, WhatsApp, ourselves: answering machines there would answer us, for ever.
        return _twiml()
    text = form.get("Body", "").strip()
    locale = _language(text)
    said = Said(text=text)
    if form.get("NumMedia", "0") not in ("", "0") and not store.heard_before("sms", sender, event_id):
        from bots import sms_media  # slow to load, and few texts bring a photo

        owner = people.ensure("sms", sender, locale)
        said = Said(text=text, media=sms_media.photo(form, f"identity:{owner.id}"))
    opt_out = form.get("OptOutType")
    turn = engine.handle(Inbound("sms", sender, event_id, said, locale=locale, opt_out=opt_out))
    return _answered(turn, post)


def status(post: Post) -> Reply:
    """Twilio's report on a message of ours; `d` in the URL names its Deliveries, joined by dots."""
    twilio.verify(post)
    form = post.form
    found = _STATUS.get(form.get("MessageStatus", ""))
    if found is not None:
        code = form.get("ErrorCode", "")
        number = int(code) if code.isascii() and code.isdigit() and len(code) < 7 else None
        error = f"Twilio {number}: {form['MessageStatus']}" if number else None
        sid = twilio.sid(form.get("MessageSid", ""))
        named: list[int | None] = [*_ids(post.query.get("d", ""))]
        for delivery_id in named or [None]:
            deliveries.receipt(
                "sms",
                sid,
                found,
                error,
                delivery_id,
                ends_identity=twilio.dead_number(number),
                opted_out=twilio.opted_out(number),
            )
    return Reply(status=204)


TAKES: dict[str, Take] = {"/hooks/sms": heard, "/hooks/sms/status": status}


def _answered(turn: Turn, post: Post) -> Reply:
    ids = [reply.delivery_id for reply in turn.replies]
    receipt = quoteattr(_status_url(ids))
    bodies = shape(*(reply.content for reply in turn.replies))
    messages = (f'<Message action={receipt} method="POST">{escape(body.text)}</Message>' for body in bodies)
    return _twiml("".join(messages), served.noting(ids, post.environ))


def _twiml(messages: str = "", after: Callable[[], None] | None = None) -> Reply:
    # Written out: twilio's own classes take a tenth of the time of a whole turn.
    xml = f'<?xml version="1.0" encoding="UTF-8"?><Response>{messages}</Response>'
    return Reply(xml, "text/xml", after=after)


def _status_url(delivery_ids: Sequence[int]) -> str:
    return f"{settings().base_url}/hooks/sms/status?d={'.'.join(map(str, delivery_ids))}"


def _ids(given: str) -> list[int]:
    return [
        int(part) for part in given.split(".")[:50] if part.isascii() and part.isdigit() and len(part) < 10
    ]


def _language(text: str) -> str | None:
    """The language of a first message; None leaves it at the community's own."""
    return "en" if _LATIN.search(text) and not _CHINESE.search(text) else None

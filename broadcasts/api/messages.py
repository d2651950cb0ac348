"""A message that another system sends to one person: the same rules as for a campaign, for one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from backend.core import access, audit, clock, ids
from backend.core.access import Actor
from backend.core.db import execute
from backend.core.errors import Invalid, NotFound
from backend.core.i18n import _
from backend.fields.placeholders import normal
from backend.messaging import outbox, topics
from backend.messaging.outbox import Outgoing
from backend.messaging.people import Address
from backend.printing.columns import Column, Columns
from broadcasts.api import sandbox, schema
from broadcasts.api.keys import actor_of
from broadcasts.api.models import ApiKey, ApiMessage
from broadcasts.api.persons import Person
from broadcasts.campaigns import recipients
from broadcasts.notices import actions as notices
from broadcasts.notices import wording as wordings
from broadcasts.notices.wording import Button, Script, Variant, Wording


def send(key: ApiKey, asked: schema.Message, locale: str) -> ApiMessage:
    """Say it, inside the caller's transaction. Raises Forbidden, NotFound, Invalid (in the language `locale`)."""
    actor = actor_of(key)
    access.check(actor, "message.say", key.org_id)
    wording, topic = said_of(actor, asked, locale, asked.values)
    person = Person.of(key, asked.to)
    refused = person.refusal(topic, asked.channels)
    if refused is not None:
        raise Invalid(recipients.REASONS[refused], "to")
    where = person.address(asked.channels)
    script = wording.script()
    spoken = script.locale(where.locale)
    given = {normal(name): value for name, value in asked.values.items()}
    _check_values(script, spoken, given)
    uid = ids.token(12)
    made: ApiMessage = ApiMessage.create(
        key_id=key.id, org_id=key.org_id, uid=uid, reference=asked.reference, topic=topic, told="waiting",
        settled=False, created_at=clock.now(), outcome=sandbox.outcome(asked.to) if key.sandbox else None,
    )  # fmt: skip
    if not key.sandbox:
        content = replace(script.said(spoken, lambda name: given.get(normal(name), "")), topic=topic)
        made.message_id = _say(made, person, where, content, asked.channels)
        made.save(only=(ApiMessage.message_id,))
    audit.record(
        actor, "api.message", f"api_message:{made.id}", org_id=key.org_id,
        after={"topic": topic, "resident": person.resident_id, "notice": asked.notice},
    )  # fmt: skip
    return made


def state_of(key: ApiKey, uid: str) -> dict[str, Any]:
    """As in `schema.MessageState`. Raises NotFound."""
    found = ApiMessage.get_or_none((ApiMessage.uid == uid) & (ApiMessage.key_id == key.id))
    if found is None:
        raise NotFound()
    return told(found, key.sandbox)


def by_reference(key: ApiKey, reference: str) -> list[dict[str, Any]]:
    """All that were sent under the system's own name, the newest first, up to a hundred."""
    which = (ApiMessage.key_id == key.id) & (ApiMessage.reference == reference)
    return [
        told(m, key.sandbox)
        for m in ApiMessage.select().where(which).order_by(ApiMessage.id.desc()).limit(100)
    ]


_LAST = "SELECT status, channel, error FROM delivery WHERE message_id = ? ORDER BY id DESC LIMIT 1"
WAITING = {"pending": "waiting"}


def told(message: ApiMessage, trial: bool) -> dict[str, Any]:
    """As in `schema.MessageState`."""
    status, channel, error = message.outcome or "waiting", None, None
    if message.message_id is not None:
        status, channel, error = execute(_LAST, (message.message_id,)).fetchone() or ("cancelled", None, None)
    return {
        "id": message.uid,
        "reference": message.reference,
        "state": WAITING.get(status, status),
        "channel": channel,
        "error": error,
        "sandbox": trial,
        "created_at": message.created_at.isoformat(),
    }


def said_of(
    actor: Actor, asked: schema.Message | schema.Campaign, locale: str, given: Iterable[str]
) -> tuple[Wording, str]:
    """(what is said, its topic): of a Notice, or as the call has it, whose places can only be `given`. Raises NotFound, Invalid."""
    if asked.notice is not None:
        notice = notices.seen(actor, asked.notice)
        if notice.state != notices.ACTIVE:
            raise NotFound()
        topic = asked.topic or notice.topic
        if topics.TOPICS[topic].exempt:
            raise Invalid(_("An emergency is declared by a person, in the admin."), "topic")
        return notices.wording_of(notice), topic
    variants: dict[str, Variant] = {
        code: Variant(v.text, v.short, v.spoken, v.subject, buttons=tuple(Button(b.label, f"url:{b.opens}") for b in v.buttons))
        for code, v in (asked.wording or {}).items()
    }  # fmt: skip
    columns = Columns([Column(normal(name), name) for name in given])
    return wordings.checked(Wording(variants), columns, locale), asked.topic or "service"


def _check_values(script: Script, locale: str, given: Mapping[str, str]) -> None:
    lacking = [name for name in script.needed(locale) if not given.get(normal(name))]
    if lacking:
        raise Invalid(_("No value for: {names}", names=", ".join(lacking)), "values")


def _say(made: ApiMessage, person: Person, where: Address, content: Any, channels: Sequence[str]) -> int:
    out = Outgoing(
        identity_id=where.identity_id,
        channel=where.channel,
        resident_id=person.resident_id,
        content=content,
        purpose="notice",
        queue="default",
        dedupe=f"api:{made.uid}",
        about=f"api_message:{made.id}",
        channels=",".join(channels) or None,
    )
    return outbox.say_many([out])[out.dedupe]

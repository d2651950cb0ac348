"""A campaign that another system begins: its own list of people, or a view that staff share."""

from __future__ import annotations

from backend.core import access
from backend.core.errors import Invalid
from backend.core.i18n import _
from backend.fields.placeholders import normal
from broadcasts.api import messages, schema
from broadcasts.api.keys import actor_of
from broadcasts.api.models import ApiKey
from broadcasts.api.persons import Person
from broadcasts.campaigns import actions as campaigns
from broadcasts.campaigns.actions import Plan
from broadcasts.lists import made as lists_made
from broadcasts.models import Campaign

RESIDENTS = "table:resident"


def begin(key: ApiKey, asked: schema.Campaign, locale: str) -> Campaign:
    """Make it and send it off, inside the caller's transaction. Raises Forbidden, NotFound, Invalid (in the language `locale`)."""
    actor = actor_of(key)
    access.check(actor, "campaign.write", key.org_id)
    kind, audience = RESIDENTS, {"kind": RESIDENTS, "how": "view", "view": asked.view}
    if asked.recipients is not None:
        kind = f"list:{_kept(key, asked)}"
        audience = {"kind": kind, "how": "list"}
    names = {name for r in asked.recipients or () for name in r.values}
    wording, topic = messages.said_of(actor, asked, locale, names)
    plan = Plan(
        asked.name, topic, kind, audience, wording, tuple(asked.channels), asked.merge, asked.send_at, asked.expires_at,
        asked.notice, sandbox=key.sandbox, extra={"api_key_id": key.id},
    )  # fmt: skip
    return campaigns.submit(actor, campaigns.draft(actor, key.org_id, plan, locale).id)


def _kept(key: ApiKey, asked: schema.Campaign) -> int:
    """The list of people with their values; a place in it is the place in the call."""
    people = asked.recipients or []
    labels: dict[str, str] = {}
    for person in people:
        for name in person.values:
            labels.setdefault(normal(name), name)
    found = []
    for place, person in enumerate(people, 1):
        try:
            who = Person.of(key, person)
        except Invalid as error:
            raise Invalid(
                _("Recipient {n}: {problem}", n=place, problem=error.text), f"recipients.{place - 1}"
            ) from error
        values = {labels[normal(name)]: value for name, value in person.values.items()}
        found.append(lists_made.Person(who.resident_id, who.identity_id, values))
    return int(lists_made.keep(actor_of(key), key.org_id, asked.name, list(labels.values()), found).id)

"""A campaign as one of its people would get it, sent to oneself."""

from __future__ import annotations

from backend.core import access, audit, clock
from backend.core.access import Actor
from backend.core.db import transaction
from backend.core.errors import Conflict, Invalid
from backend.core.i18n import _
from backend.messaging import outbox, people
from backend.messaging.outbox import Outgoing
from broadcasts.campaigns import actions as campaigns
from broadcasts.notices import estimate

SECONDS = 0.5
"""How long an example is looked for."""


def send(actor: Actor, campaign_id: int) -> int:
    """To each of the actor's own addresses on the channels of the campaign, with the values of the first person who would get it; how
    many. Raises NotFound, Forbidden, Invalid where nobody would get it, Conflict for who has no such address."""
    campaign = campaigns.seen(actor, campaign_id)
    access.check(actor, "campaign.write", campaign.org_id)
    examples = estimate.outlook(actor, campaign, SECONDS).examples
    if not examples:
        raise Invalid(_("Nobody would be told: please choose other people or other channels."))
    mine = [
        i
        for i in people.identities(people.StaffMember(actor.id))
        if not campaign.channels or i.channel in campaign.channels
    ]
    if not mine:
        raise Conflict(
            _("You have no address of your own on these channels. An admin enters your mobile under Staff.")
        )
    key = f"trial:{campaign.id}:{actor.id}:{clock.now_ms()}"
    outgoing = [
        Outgoing(i.id, i.channel, None, examples[0].content, "notice", "default", f"{key}:{i.id}")
        for i in mine
    ]
    with transaction():
        said = outbox.say_many(outgoing)
        audit.record(
            actor, "campaign.trial", campaign.subject, org_id=campaign.org_id, after={"addresses": len(said)}
        )
    return len(said)

"""What a campaign's messages do when a provider reports late that they got nowhere: not at night, not while it is paused, not after
its time."""

from __future__ import annotations

from backend.core import clock
from backend.messaging import passing_on
from broadcasts.campaigns import actions as campaigns
from broadcasts.campaigns import stand_ins
from broadcasts.models import Campaign
from broadcasts.quiet import actions as quiet

_STOPPED = (campaigns.CANCELLED, campaigns.EXPIRED)


def when(about: str) -> passing_on.When:
    """When a message of it may be passed on to another address."""
    campaign = Campaign.get_or_none(Campaign.id == int(about.partition(":")[2]))
    if campaign is None:
        return clock.now_ms()
    if campaign.state in _STOPPED:
        return "never"
    if campaign.state == campaigns.PAUSED:
        return "later"
    at = quiet.earliest(campaign.org_id, clock.now(), campaign.topic)
    if campaign.expires_at is not None and at >= campaign.expires_at:
        return "never"
    return clock.to_ms(at)


passing_on.register("campaign", passing_on.Rule(when, stand_ins.got_nowhere))

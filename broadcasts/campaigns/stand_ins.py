"""Whoever was left out because somebody else was told already steps in when that somebody cannot be told after all: another member
of the same home, or another row of the same person.

That may turn out long after the campaign is done, when a provider reports that a message got nowhere.
"""

from __future__ import annotations

from collections.abc import Sequence

from backend.core import clock
from backend.core.db import after_commit, execute, transaction
from backend.messaging.models import Message
from backend.residents import households
from broadcasts.campaigns import actions as campaigns
from broadcasts.campaigns.recipients import AT_ONCE
from broadcasts.models import Campaign

_ANY = "SELECT 1 FROM recipient WHERE campaign_id = ? AND state = 'left_out' AND reason = 'twice' LIMIT 1"
_GONE = "SELECT id, whom FROM recipient WHERE id IN ({}) AND whom IS NOT NULL ORDER BY id"
_FREE = "UPDATE recipient SET whom = NULL WHERE id = ?"
_NEXT = (
    "SELECT id FROM recipient WHERE campaign_id = ? AND state = 'left_out' AND reason = 'twice' AND resident_id IN ({})"
    " ORDER BY id LIMIT 1"
)
_FAILED = (
    "SELECT r.id, r.whom FROM recipient r JOIN delivery d ON d.id = (SELECT MAX(x.id + 0) FROM delivery x WHERE x.message_id ="
    " r.message_id) WHERE r.campaign_id = ? AND r.state = 'said' AND r.whom IS NOT NULL AND d.status = 'failed' ORDER BY r.id"
)
_NEXT_OF_HOME = (
    "SELECT r.id FROM recipient r WHERE r.campaign_id = ? AND r.state = 'left_out' AND r.reason = 'twice' AND r.resident_id IN ({})"
    " AND NOT EXISTS (SELECT 1 FROM recipient t WHERE t.campaign_id = r.campaign_id AND t.resident_id = r.resident_id"
    " AND t.state <> 'left_out') ORDER BY r.id LIMIT 1"
)
_TOLD = (
    "SELECT id, whom FROM recipient WHERE id = ? AND campaign_id = ? AND state = 'said' AND message_id = ?"
)
_CALL = "UPDATE recipient SET state = 'waiting', reason = NULL, whom = ? WHERE id = ?"
_MAY_GO_ON = (campaigns.RUNNING, campaigns.PAUSED, campaigns.DONE)


def call(campaign: Campaign, gone: Sequence[int]) -> None:
    """For these recipients, who have just been left out, the next ones wait, inside the caller's transaction."""
    if not gone or execute(_ANY, (campaign.id,)).fetchone() is None:
        return
    for start in range(0, len(gone), AT_ONCE):
        some = gone[start : start + AT_ONCE]
        for number, whom in execute(_GONE.format(",".join("?" * len(some))), some).fetchall():
            people = _people(whom)
            following = _following(campaign, people) if people else None
            if following is not None:
                execute(_FREE, (number,))
                execute(_CALL, (whom, following))


def of_failed(campaign: Campaign) -> bool:
    """For everybody of a home whose message got nowhere, the next one of the home waits; whether there is such a one."""
    if campaign.merge != "household":
        return False
    called = [_called(campaign, *row) for row in execute(_FAILED, (campaign.id,)).fetchall()]
    return any(called)


def got_nowhere(message: Message) -> None:
    """A message of a campaign reached nobody: as soon as that is on record it is looked whether somebody stands in."""
    key, home = message.dedupe or "", message.about or ""
    if message.resident_id is not None and key.startswith("c") and key.count(":") in (1, 2):
        campaign_id, recipient_id, message_id = (
            int(home.partition(":")[2]),
            int(key.split(":")[1]),
            message.id,
        )
        after_commit(lambda: _late(campaign_id, recipient_id, message_id))


def _late(campaign_id: int, recipient_id: int, message_id: int) -> None:
    with transaction():
        campaign = campaigns.locked(campaign_id)
        if campaign is None or campaign.state not in _MAY_GO_ON or campaign.merge != "household":
            return
        if campaign.expires_at is not None and campaign.expires_at <= clock.now():
            return
        row = execute(_TOLD, (recipient_id, campaign_id, message_id)).fetchone()
        if row is None or not _called(campaign, *row) or campaign.state != campaigns.DONE:
            return
        campaign.sums = None
        campaigns.move(campaign, campaigns.RUNNING)


def _called(campaign: Campaign, number: int, whom: str | None) -> bool:
    if whom is None or whom[0] != "h":
        return False
    people = _people(whom)
    found = (
        execute(_NEXT_OF_HOME.format(",".join("?" * len(people))), (campaign.id, *people)).fetchone()
        if people
        else None
    )
    if found is None:
        return False
    execute(_FREE, (number,))
    execute(_CALL, (whom, found[0]))
    return True


def _people(whom: str) -> list[int]:
    """The residents who are told under this name (`freezing.judged`)."""
    kind, number = whom[0], int(whom[1:])
    if kind == "h":
        return [int(one.id) for one in households.members(number)]
    return [number] if kind == "r" else []


def _following(campaign: Campaign, people: Sequence[int]) -> int | None:
    found = execute(_NEXT.format(",".join("?" * len(people))), (campaign.id, *people)).fetchone()
    return found[0] if found is not None else None

"""The people of a campaign as rows: written down in portions, said to, taken back, left out with a reason."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from backend.core.db import execute
from backend.core.i18n import Msg, _
from backend.messaging import outbox
from broadcasts.campaigns import tallies
from broadcasts.models import Campaign

REASONS: dict[str, Msg] = {
    "no_address": _("Cannot be reached: no address on these channels"),
    "opted_out": _("Does not want notices of this kind"),
    "not_wanted": _("No resident any more, not approved yet, or consent taken back"),
    "unproven": _("An address from a list: offers go only to people who gave theirs"),
    "nobody": _("The row is nobody’s"),
    "lacking": _("A value is missing"),
    "elsewhere": _("The row is gone, or belongs to another place now"),
    "twice": _("Is told already"),
    "excluded": _("On an exclusion list"),
    "cancelled": _("Cancelled before it went out"),
    "expired": _("Too late"),
    "sandbox": _("Only a trial: nothing was sent"),
}
AT_ONCE = 500


class New(NamedTuple):
    """Somebody who is to be written down; `reason` of who is left out at once."""

    row_id: int
    resident_id: int | None
    identity_id: int | None
    whom: str | None
    reason: str | None


class Waiting(NamedTuple):
    """Somebody who is to be told."""

    id: int
    number: int
    row_id: int
    resident_id: int | None
    identity_id: int | None
    round: int


class Told(NamedTuple):
    recipient_id: int
    message_id: int
    segments: int | None


def purpose(campaign: Campaign) -> str:
    """Of its Messages."""
    return outbox.EMERGENCY if campaign.topic == "emergency" else "campaign"


def queue(campaign: Campaign) -> str:
    """An emergency is repeated where the answer to a send was lost; anything else is not."""
    return "default" if campaign.topic == "emergency" else "bulk"


def key(campaign: Campaign, who: Waiting) -> str:
    """Names the Message of one person: nobody is told twice, whoever is killed."""
    return f"c{campaign.id}:{who.id}" + (f":{who.round}" if who.round else "")


def known(campaign: Campaign, whom: Iterable[str]) -> set[str]:
    """Of these those who are in it already."""
    wanted, found = list(whom), set[str]()
    for start in range(0, len(wanted), AT_ONCE):
        some = wanted[start : start + AT_ONCE]
        rows = execute(_KNOWN.format(_places(some)), (campaign.id, *some)).fetchall()
        found.update(row[0] for row in rows)
    return found


_KNOWN = "SELECT whom FROM recipient WHERE campaign_id = ? AND whom IN ({})"


def add(campaign: Campaign, people: Sequence[New]) -> None:
    """Write them down; the campaign's `total` counts them."""
    for start in range(0, len(people), AT_ONCE):
        some = people[start : start + AT_ONCE]
        first = campaign.total + 1
        rows = ", ".join(("(?, ?, ?, ?, ?, ?, ?, ?, 0)",) * len(some))
        values = [
            value
            for number, p in enumerate(some, first)
            for value in (
                *(campaign.id, number, p.row_id, p.resident_id, p.identity_id, None if p.reason else p.whom),
                *("left_out" if p.reason else "waiting", p.reason),
            )
        ]
        execute(f"{_ADD} {rows}", values)
        campaign.total += len(some)


_ADD = "INSERT INTO recipient (campaign_id, number, row_id, resident_id, identity_id, whom, state, reason, round) VALUES"


def waiting(campaign: Campaign, limit: int, after: int = 0) -> list[Waiting]:
    """The next who are to be told, beyond the row `after`."""
    sql = (
        "SELECT id, number, row_id, resident_id, identity_id, round FROM recipient"
        " WHERE campaign_id = ? AND state = 'waiting' AND id > ? ORDER BY id LIMIT ?"
    )
    return [Waiting(*row) for row in execute(sql, (campaign.id, after, limit)).fetchall()]


def still_waiting(people: Sequence[Waiting]) -> set[Waiting]:
    """Those of these who wait as they did when they were read."""
    found: set[Waiting] = set()
    for start in range(0, len(people), AT_ONCE):
        ids = [who.id for who in people[start : start + AT_ONCE]]
        found.update(Waiting(*row) for row in execute(_STILL.format(_places(ids)), ids).fetchall())
    return found.intersection(people)


_STILL = (
    "SELECT id, number, row_id, resident_id, identity_id, round FROM recipient"
    " WHERE id IN ({}) AND state = 'waiting'"
)


def told(people: Sequence[Told]) -> None:
    for start in range(0, len(people), AT_ONCE):
        some = people[start : start + AT_ONCE]
        rows = ", ".join(("(?, ?, ?)",) * len(some))
        execute(_TOLD.format(rows), [value for p in some for value in p])


_TOLD = (
    "UPDATE recipient SET state = 'said', message_id = v.column2, segments = CAST(v.column3 AS INTEGER)"
    " FROM (VALUES {}) AS v WHERE recipient.id = v.column1"
)


def leave_out(reasons: Mapping[int, str]) -> None:
    """These, by their numbers of the table, with the reason of each."""
    for reason in set(reasons.values()):
        ids = [i for i, why in reasons.items() if why == reason]
        for start in range(0, len(ids), AT_ONCE):
            some = ids[start : start + AT_ONCE]
            execute(_LEFT_OUT.format(_places(some)), (reason, *some))


_LEFT_OUT = "UPDATE recipient SET state = 'left_out', reason = ? WHERE id IN ({})"


def leave_out_rest(campaign: Campaign, reason: str) -> None:
    """Everybody who waits."""
    sql = "UPDATE recipient SET state = 'left_out', reason = ? WHERE campaign_id = ? AND state = 'waiting'"
    execute(sql, (reason, campaign.id))


def take_back(campaign: Campaign) -> None:
    """What was said and has not begun to leave is unsaid; its people wait again."""
    keys = outbox.recall(campaign.subject, purpose(campaign))
    if keys:
        tallies.forget(campaign)
    outbox.hold(campaign.subject, purpose(campaign))
    ids = [int(k.split(":")[1]) for k in keys]
    for start in range(0, len(ids), AT_ONCE):
        some = ids[start : start + AT_ONCE]
        execute(_BACK.format(_places(some)), some)


_BACK = "UPDATE recipient SET state = 'waiting', message_id = NULL, segments = NULL WHERE id IN ({})"
_AGAIN = (
    "UPDATE recipient SET state = 'waiting', message_id = NULL, segments = NULL, round = round + 1 WHERE campaign_id = ?"
    " AND state = 'said' AND whom IS NOT NULL AND EXISTS (SELECT 1 FROM delivery d WHERE d.id = (SELECT MAX(x.id + 0) FROM delivery x"
    " WHERE x.message_id = recipient.message_id) AND {})"
)


def again(campaign: Campaign) -> int:
    """Those whom it could not reach, and for whom nobody stood in, wait once more; how many."""
    tallies.forget(campaign)
    return max(execute(_AGAIN.format("d.status = 'failed'"), (campaign.id,)).rowcount, 0)


def held(campaign: Campaign) -> int:
    """Those whose message a worker held, and gave back, while it was stopped wait once more; how many."""
    sql = _AGAIN.format("d.status = 'cancelled' AND d.error = ?")
    found = max(execute(sql, (campaign.id, outbox.TAKEN_BACK)).rowcount, 0)
    if found:
        tallies.forget(campaign)
    return found


def end(campaign: Campaign, reason: str) -> None:
    """Whoever waits is left out, and nothing of it is passed on to a further address."""
    take_back(campaign)
    leave_out_rest(campaign, reason)
    outbox.confine(campaign.subject, purpose(campaign))


def any_told(campaign: Campaign) -> bool:
    """Whether anybody was."""
    sql = "SELECT 1 FROM recipient WHERE campaign_id = ? AND state = 'said' LIMIT 1"
    return execute(sql, (campaign.id,)).fetchone() is not None


def forget_all(campaign: Campaign) -> None:
    """Nobody is written down: the people are looked up anew when it begins. The caller saves the campaign."""
    tallies.forget(campaign)
    execute("DELETE FROM recipient WHERE campaign_id = ?", (campaign.id,))
    campaign.position, campaign.total, campaign.started_at = 0, 0, None


def open_deliveries(campaign: Campaign) -> bool:
    """Whether anything of it is still on its way."""
    sql = (
        "SELECT 1 FROM delivery d JOIN message m ON m.id = d.message_id"
        " WHERE d.queue = ? AND d.status IN ('pending', 'sending') AND m.about = ? LIMIT 1"
    )
    return execute(sql, (queue(campaign), campaign.subject)).fetchone() is not None


def _places(values: Sequence[object]) -> str:
    return ",".join("?" * len(values))

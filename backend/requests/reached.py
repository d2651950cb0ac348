"""A worker who can be written to at last hears what is with them already."""

from __future__ import annotations

from backend.messaging import say
from backend.messaging.people import StaffMember
from backend.requests import assigning, queries, replies
from backend.staff import mobile


def announce(staff_id: int) -> None:
    """The open jobs of this staff member, in one message; nothing when there are none."""
    found = queries.jobs_of(staff_id)
    if not found:
        return
    words = replies.job(found[0], queries.who(found[0])) if len(found) == 1 else replies.jobs(found)
    queue = "alerts" if any(assigning.queue_of(r) == "alerts" for r in found) else "default"
    say(StaffMember(staff_id), words, purpose="request", queue=queue, about=found[0].subject)


mobile.when_reached(announce)

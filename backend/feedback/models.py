"""What residents tell the community about itself: suggestions, complaints, praise, and what became of them."""

from __future__ import annotations

import peewee

from backend.core.db import Encrypted, Instant, Model

FIRST_NUMBER = 1000


class Feedback(Model):
    """One of them. `resident_id` is empty for somebody who is not registered; she is answered at `identity_id`."""

    org_id = peewee.IntegerField(index=True)
    resident_id = peewee.IntegerField(null=True, index=True)
    identity_id = peewee.IntegerField(null=True, index=True)
    kind = peewee.CharField(12)  # suggestion | complaint | praise
    topic = peewee.CharField(12)
    text = Encrypted()
    photo = peewee.CharField(32, null=True)
    contact = Encrypted(null=True)
    wants_answer = peewee.BooleanField(default=True)
    source = peewee.CharField(12)
    status = peewee.CharField(10, index=True)  # new | in_work | answered | closed
    created_at = Instant(index=True)
    updated_at = Instant()
    answered_at = Instant(null=True)
    closed_at = Instant(null=True)
    settled = peewee.BooleanField(null=True)
    """What she said to “is it settled?”; None while she has not."""
    reopened = peewee.BooleanField(default=False)

    @property
    def number(self) -> int:
        """What people quote: F-<number>."""
        return FIRST_NUMBER + int(self.id)

    @property
    def subject(self) -> str:
        """What the audit log and messages call it."""
        return f"feedback:{self.number}"


class FeedbackEvent(Model):
    """A line of its history. `act`: come, more, begin, note (staff only), answer, close, settled, reopen."""

    feedback_id = peewee.IntegerField(index=True)
    at = Instant()
    actor_kind = peewee.CharField(10)
    actor_id = peewee.IntegerField()
    actor_name = peewee.CharField(80)
    act = peewee.CharField(10)
    text = Encrypted(null=True)

"""Activities and gatherings, who signs up for them, and the photos afterwards."""

from __future__ import annotations

import peewee

from backend.core.db import Encrypted, Instant, Model


class Event(Model):
    """Something people come together for; see `states` for `status`, `places` for who gets a place.

    `title`, `body` and `place` are by locale. `capacity` None: as many as like; `companions`: how many somebody may bring.
    Sign-up runs from `opens_at` (None: at once) to `closes_at` (None: the beginning). `questions` is JSON of a Form. The
    organiser is staff or a resident. `*_reminded_at` and `rating_asked_at`: that was done, and is not done again.
    """

    org_id = peewee.IntegerField(index=True)
    title = peewee.JSONField()
    body = peewee.JSONField()
    place = peewee.JSONField()
    starts_at = Instant(index=True)
    ends_at = Instant()
    capacity = peewee.IntegerField(null=True)
    companions = peewee.IntegerField(default=0)
    opens_at = Instant(null=True)
    closes_at = Instant(null=True)
    confirm_minutes = peewee.IntegerField(default=120)
    cover = peewee.CharField(32, null=True)
    questions = peewee.JSONField(null=True)
    status = peewee.CharField(10, index=True)
    organiser_kind = peewee.CharField(10)
    organiser_id = peewee.IntegerField(index=True)
    why = Encrypted(null=True)  # told with a refusal or when it is called off
    created_at = Instant()
    updated_at = Instant()
    published_at = Instant(null=True)
    day_reminded_at = Instant(null=True)
    hour_reminded_at = Instant(null=True)
    rating_asked_at = Instant(null=True)

    @property
    def subject(self) -> str:
        """What the audit log and messages call it."""
        return f"event:{self.id}"


class EventSignup(Model):
    """Somebody who means to come, waits, or came: one row for each resident and event, however often she changes her mind.

    `resident_id` is empty for a walk-in, whom `name` names. `answers` is JSON of the event's own questions. `code` is what she
    says at the door, `pass_digest` finds the secret of her QR code (`passes`). `position` orders the waiting list.
    """

    event = peewee.ForeignKeyField(Event, on_delete="CASCADE")
    event_id: int
    resident_id = peewee.IntegerField(null=True, index=True)
    name = Encrypted(null=True)
    status = peewee.CharField(10)
    companions = peewee.IntegerField(default=0)
    companion_names = Encrypted(null=True)
    answers = Encrypted(null=True)
    code = peewee.CharField(6)
    pass_digest = peewee.CharField(32, null=True, unique=True)
    position = peewee.IntegerField(default=0)
    offered_until = Instant(null=True)
    created_at = Instant()
    updated_at = Instant()
    arrived_at = Instant(null=True)
    rating = peewee.IntegerField(null=True)
    rating_comment = Encrypted(null=True)

    class Meta:
        indexes = ((("event", "resident_id"), True), (("event", "code"), True))

    @property
    def people(self) -> int:
        """Herself and those she brings."""
        return 1 + int(self.companions)


EventSignup.add_index(
    EventSignup.event, where=EventSignup.status.in_(("waiting", "offered")), name="event_signup_in_line"
)


class EventPhoto(Model):
    """A photo from the event, in `core.media`: for those who were signed up."""

    event = peewee.ForeignKeyField(Event, on_delete="CASCADE")
    media_key = peewee.CharField(32, unique=True)
    at = Instant()

"""Who waits for a person, what happened in that thread, what staff say often, and when they are there."""

from __future__ import annotations

import peewee

from backend.core.db import Encrypted, Instant, Model


class Handover(Model):
    """A thread of the inbox: somebody waits for a person until `taken_by` takes it, and is with them until it is done.

    `person` is who waits, over all her addresses: `r<resident>` or, not registered, `i<identity>`; she has one open
    thread at most. While it is taken, `Conversation.handover_id` of her addresses names it, and the bot keeps quiet.
    """

    identity_id = peewee.IntegerField(index=True)
    org_id = peewee.IntegerField(null=True, index=True)
    reason = peewee.CharField(12)  # asked | failed | emergency | reply
    said = Encrypted()
    asked_at = Instant()
    done_at = Instant(null=True, index=True)
    done_by = peewee.IntegerField(null=True)
    person = peewee.CharField(16, default="")
    resident_id = peewee.IntegerField(null=True, index=True)
    about = peewee.CharField(40, null=True)
    """The notice that she replied to, `message:77`."""
    taken_by = peewee.IntegerField(null=True)
    taken_at = Instant(null=True)
    relay = peewee.BooleanField(default=False)
    """Taken from the staff member's own chat: what she writes is passed on there."""
    greeted_at = Instant(null=True)
    unanswered_at = Instant(null=True)
    """Since when something that she wrote while it is taken has no answer."""
    first_answer_at = Instant(null=True)
    last_answer_at = Instant(null=True)
    told_at = Instant(null=True)
    """When she was told how long it takes."""
    outcome = peewee.CharField(12, default="")

    @property
    def state(self) -> str:
        """waiting | taken | done"""
        if self.done_at is not None:
            return "done"
        return "waiting" if self.taken_by is None else "taken"

    @property
    def subject(self) -> str:
        """What the audit log and messages call it."""
        return f"handover:{self.id}"


Handover.add_index(Handover.person, unique=True, where=Handover.done_at.is_null(), name="handover_one_open")
Handover.add_index(Handover.person, name="handover_person")
Handover.add_index(
    Handover.taken_by,
    where=Handover.taken_by.is_null(False) & Handover.done_at.is_null(),
    name="handover_with",
)


class HandoverEvent(Model):
    """A line of a thread beside the messages. `kind`: note (never sent), answer (`message_id`), take, back, queue, close."""

    handover_id = peewee.IntegerField(index=True)
    at = Instant()
    staff_id = peewee.IntegerField(null=True)
    staff_name = peewee.CharField(80, default="")
    kind = peewee.CharField(8)
    text = Encrypted(null=True)
    message_id = peewee.IntegerField(null=True)


class CannedAnswer(Model):
    """Words that staff of an Org say often, put in by `/word`; `{name}` and others are filled in."""

    org_id = peewee.IntegerField()
    word = peewee.CharField(24)
    text = peewee.TextField()
    text_en = peewee.TextField(default="")
    updated_at = Instant()

    class Meta:
        indexes = ((("org_id", "word"), True),)


class OfficeHours(Model):
    """When the office of an Org answers; see `hours` for how `week` and `closed` are written."""

    org_id = peewee.IntegerField(unique=True)
    week = peewee.TextField()
    closed = peewee.TextField(default="")
    updated_at = Instant()

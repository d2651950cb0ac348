"""What lies on a subject."""

from __future__ import annotations

import peewee

from backend.core.db import Encrypted, Instant, Model

OPEN, WAITING, INFECTED = "open", "waiting", "infected"


class FiledAttachment(Model):
    """`subject` is `kind:id`; `kind` one of `sniffing.KINDS`. `state` is open; waiting, until the virus scanner has seen it;
    infected, and its bytes are destroyed. `org_id` is where the subject belonged when it was added: rights are asked of
    where it belongs now. A removed one can be brought back until it is swept away."""

    subject = peewee.CharField(60, index=True)
    media_key = peewee.CharField(32, null=True, unique=True)
    thumb_key = peewee.CharField(32, null=True, unique=True)
    name = Encrypted()
    kind = peewee.CharField(12)
    size = peewee.IntegerField()
    state = peewee.CharField(10, index=True)
    org_id = peewee.IntegerField(index=True)
    by_id = peewee.IntegerField()
    by_name = peewee.CharField(80)
    at = Instant()
    removed_at = Instant(null=True, index=True)

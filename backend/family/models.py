"""Relations between residents and those who care for them, and who knocked with codes and numbers that fit nothing."""

from __future__ import annotations

import peewee

from backend.core.db import Encrypted, Instant, Model


class Relation(Model):
    """Somebody who cares for a resident (`resident_id`): see `topics` for `kind` and `topics`.

    The relative is a resident (`relative_id`) or only an address (`identity_id`): somebody abroad need not register. `called`
    is how the resident calls him (女儿). The least `rank` comes first. `zone` is where he lives, an IANA name; empty: here.
    `code_index` is the keyed digest of an invitation's code while it can be used. `status`: invited (a code waits), asked (the
    resident has not answered), entered (by staff; the relative has not answered: see `confirming`), active, withdrawn. `consent_by`: how the resident agreed, see `topics.CONSENTS`.
    """

    resident_id = peewee.IntegerField(index=True)
    kind = peewee.CharField(10)
    name = Encrypted(null=True)
    called = Encrypted(null=True)
    identity_id = peewee.IntegerField(null=True, index=True)
    relative_id = peewee.IntegerField(null=True, index=True)
    rank = peewee.IntegerField(default=100)
    topics = peewee.CharField(80)
    status = peewee.CharField(10)
    zone = peewee.CharField(40, default="")
    code_index = peewee.CharField(64, null=True, unique=True)
    code_until = Instant(null=True)
    created_at = Instant()
    consented_at = Instant(null=True)
    consent_by = peewee.CharField(10, default="")
    withdrawn_at = Instant(null=True)


class FamilyKnock(Model):
    """Somebody tried a code that fits nothing, or asked about a number: counted, so that nobody tries them all."""

    what = peewee.CharField(8)  # code | ask | asked
    who = peewee.CharField(64, index=True)
    at = Instant(index=True)

"""Homes, the people in them, what they agreed to, and what waits for a decision about their files."""

from __future__ import annotations

import peewee

from backend.core.db import Encrypted, Instant, Model

STATUSES = ("pending", "approved", "rejected", "erased")


class Household(Model):
    """A home. `key` is its address in one spelling, unique in its community; `org_id` is the grid it lies in, or the
    community while nobody has said which grid."""

    community_id = peewee.IntegerField(index=True)
    org_id = peewee.IntegerField(index=True)
    phase = peewee.CharField(40, default="")
    area = peewee.CharField(40, default="")
    building = peewee.CharField(40, default="")
    unit = peewee.CharField(40, default="")
    room = peewee.CharField(40, default="")
    key = peewee.CharField(160)

    class Meta:
        indexes = ((("community_id", "key"), True), (("community_id", "building"), False))


class Resident(Model):
    """A person with a real name. The `*_index` columns find equal values without showing them; `id_index` is unique, so
    that one person has one file."""

    org_id = peewee.IntegerField(index=True)
    household_id: int | None
    household = peewee.ForeignKeyField(Household, null=True, backref="members", on_delete="SET NULL")
    status = peewee.CharField(10, index=True)
    name = peewee.CharField(80, index=True)
    gender = peewee.CharField(10, default="")
    birthday = peewee.DateField(null=True)
    id_type = peewee.CharField(24, default="")
    id_number = Encrypted(null=True)
    id_index = peewee.CharField(32, null=True, unique=True)
    mobile = Encrypted(null=True)
    mobile_index = peewee.CharField(32, null=True, index=True)
    mobile_proven_at = Instant(null=True)
    email = Encrypted(null=True)
    email_index = peewee.CharField(32, null=True, index=True)
    email_confirmed_at = Instant(null=True)
    locale = peewee.CharField(12)
    channel = peewee.CharField(12)
    flags = peewee.CharField(160, default="")
    """What staff should look at, space-separated names of `flags.FLAGS`."""
    note = peewee.CharField(500, default="")
    residence = peewee.CharField(16, default="")
    """See `living.RESIDENCES`; `relation` see `living.RELATIONS`."""
    relation = peewee.CharField(16, default="")
    tenancy_from = peewee.DateField(null=True)
    tenancy_until = peewee.DateField(null=True)
    landlord = Encrypted(null=True)
    landlord_phone = Encrypted(null=True)
    created_at = Instant(index=True)
    approved_at = Instant(null=True)
    approved_by = peewee.IntegerField(null=True)


class Consent(Model):
    """What a person agreed to, in which version of the text; kept after withdrawal, as its proof."""

    resident = peewee.ForeignKeyField(Resident, backref="consents", on_delete="CASCADE")
    version = peewee.CharField(20, index=True)
    kinds = peewee.CharField(80)
    channel = peewee.CharField(12)
    given_at = Instant()
    withdrawn_at = Instant(null=True)
    withdrawn_channel = peewee.CharField(12, default="")


class ConsentAsked(Model):
    """That a resident is asked for her consent to this version of the text, once; `at` is empty until the message is said."""

    resident = peewee.ForeignKeyField(Resident, on_delete="CASCADE", index=False)
    resident_id: int
    version = peewee.CharField(20)
    at = Instant(null=True)

    class Meta:
        indexes = ((("resident", "version"), True),)


class PrivacyChoice(Model):
    """Who may see one item of her file, where she chose something else than staff (`privacy.ADMINS`)."""

    resident = peewee.ForeignKeyField(Resident, on_delete="CASCADE", index=False)
    resident_id: int
    item = peewee.CharField(40)
    level = peewee.CharField(10)
    channel = peewee.CharField(12)
    at = Instant()

    class Meta:
        indexes = ((("resident", "item"), True),)


class FileChange(Model):
    """Something about a file that waits for staff: a change, an erasure, or somebody's claim that it is hers.

    `before` and `after` are JSON objects of stored answers by Field name.
    """

    resident = peewee.ForeignKeyField(Resident, backref="changes", on_delete="CASCADE")
    org_id = peewee.IntegerField(index=True)
    kind = peewee.CharField(8)  # change | erase | claim
    status = peewee.CharField(10, index=True)  # pending | approved | rejected
    before = Encrypted(null=True)
    after = Encrypted(null=True)
    why = Encrypted(null=True)
    identity_id = peewee.IntegerField(null=True)  # who asked, at which address
    by = peewee.CharField(20)
    channel = peewee.CharField(12, default="")
    at = Instant()
    decided_by = peewee.IntegerField(null=True)
    decided_at = Instant(null=True)
    decision = Encrypted(null=True)


class Link(Model):
    """A link that we sent or showed, known only by the digest of its token; it works once."""

    kind = peewee.CharField(8)  # activate | export
    token_digest = peewee.CharField(64, unique=True)
    resident = peewee.ForeignKeyField(Resident, backref="links", on_delete="CASCADE")
    email_index = peewee.CharField(32, null=True)
    resident_id: int
    expires_at = Instant()
    used_at = Instant(null=True)


Resident.add_index(
    Resident.tenancy_until, where=Resident.tenancy_until.is_null(False), name="resident_tenancy_until"
)
ConsentAsked.add_index(ConsentAsked.id, where=ConsentAsked.at.is_null(), name="consent_asked_waiting")

"""Staff, what they may do where, and how they prove who they are."""

from __future__ import annotations

import peewee

from backend.core.db import Encrypted, Instant, Model
from backend.core.orgs import Org


class Staff(Model):
    """Somebody who works in the admin or, as a repair worker, from a chat."""

    username = peewee.CharField(40, unique=True)
    name = peewee.CharField(80)
    phone = Encrypted(null=True)
    phone_index = peewee.CharField(32, null=True, index=True)
    email = Encrypted(null=True)  # for reports alone: an alarm is nothing for a mailbox
    locale = peewee.CharField(8, default="zh_CN")
    active = peewee.BooleanField(default=True)
    password_hash = peewee.CharField(200)
    must_change_password = peewee.BooleanField(default=False)
    session_epoch = peewee.IntegerField(default=0)  # sessions of an earlier epoch are over
    failed_count = peewee.IntegerField(default=0)
    locked_until = Instant(null=True)
    totp_secret = Encrypted(null=True)
    totp_confirmed_at = Instant(null=True)
    last_totp_step = peewee.IntegerField(default=0)  # a code counts once
    created_at = Instant()


class StaffPost(Model):
    """A role held at an Org, reaching everything under it."""

    staff = peewee.ForeignKeyField(Staff, backref="posts", on_delete="CASCADE")
    role = peewee.CharField(30)
    org = peewee.ForeignKeyField(Org, on_delete="RESTRICT")

    class Meta:
        indexes = ((("staff", "role", "org"), True),)


class RecoveryCode(Model):
    """Opens the second step once, when the phone with the authenticator is lost."""

    staff = peewee.ForeignKeyField(Staff, on_delete="CASCADE")
    digest = peewee.CharField(32)
    used_at = Instant(null=True)


class StaffLink(Model):
    """A six-digit code that ties a chat to a staff member; only its digest is kept."""

    staff = peewee.ForeignKeyField(Staff, on_delete="CASCADE")
    digest = peewee.CharField(32, index=True)
    expires_at = Instant()
    used_at = Instant(null=True)


class StaffLinkMiss(Model):
    """A code that did not fit, for the limit on guessing."""

    knocker = peewee.CharField(64, index=True)
    at = Instant(index=True)


class EndedSession(Model):
    """A session that was signed out; `until`: when it would have been over by itself, and this row may go."""

    name = peewee.CharField(32, unique=True)
    until = Instant(index=True)

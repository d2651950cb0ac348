"""Device repositories that the operator named, and each version of a codec that was installed from one."""

from __future__ import annotations

import json

import peewee

from backend.core.db import Instant, Model
from iot.profiles.layouts.found import Vector


class ProfileSource(Model):
    """A checkout or zip of a device repository on this machine. `layout`: "chirpstack" | "ttn"."""

    name = peewee.CharField(40, unique=True)
    layout = peewee.CharField(12)
    path = peewee.CharField(400)
    by_name = peewee.CharField(80)
    created_at = Instant()


class ProfileVersion(Model):
    """What was installed of one model, and what its names were said to mean. `path` is the codec's within the repository, `commit` that of the
    checkout ("" when it has none), `licence` an SPDX id as far as its text is known, `engine` what ran the `vectors`, of which `passed` of
    `total` gave what they should. `state` as `iot.profiles.states` has it; `approved_at` stays when another version is followed.

    `vectors` is JSON in a text: PostgreSQL takes no \\u0000 in JSON, and makers pad their texts with it.
    """

    profile_id = peewee.IntegerField()
    number = peewee.IntegerField()
    state = peewee.CharField(12)
    source = peewee.CharField(40)
    layout = peewee.CharField(12)
    path = peewee.CharField(240)
    firmware = peewee.CharField(40)
    commit = peewee.CharField(64)
    licence = peewee.CharField(40)
    licence_text = peewee.TextField()
    sha256 = peewee.CharField(64, index=True)
    engine = peewee.CharField(60)
    passed = peewee.IntegerField()
    total = peewee.IntegerField()
    vectors = peewee.TextField(default="[]")
    rules = peewee.JSONField(default=list)
    accepted_by = peewee.CharField(80)
    accepted_at = Instant()
    approved_by = peewee.CharField(80, default="")
    approved_at = Instant(null=True)

    @property
    def messages(self) -> list[Vector]:
        """The test messages."""
        return [Vector.from_json(row) for row in json.loads(self.vectors)]

    @property
    def mark(self) -> dict[str, object]:
        """What the lock file and the audit log say of it."""
        return {
            "version": self.number, "state": self.state, "source": self.source, "layout": self.layout, "path": self.path,
            "firmware": self.firmware, "commit": self.commit, "licence": self.licence, "sha256": self.sha256,
            "engine": self.engine, "vectors": {"passed": self.passed, "total": self.total},
            "accepted_by": self.accepted_by, "accepted_at": self.accepted_at.isoformat(),
            "approved_by": self.approved_by or None,
            "approved_at": self.approved_at.isoformat() if self.approved_at else None,
        }  # fmt: skip


ProfileVersion.add_index(
    ProfileVersion.profile_id, ProfileVersion.number, unique=True, name="profile_version_number"
)

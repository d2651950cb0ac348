"""Codecs that misbehaved, and those that are stopped for it."""

from __future__ import annotations

import peewee

from backend.core.db import Instant, Model


class CodecFault(Model):
    """A codec ran into a limit once."""

    codec = peewee.CharField(64)
    at = Instant()
    why = peewee.CharField(200)


class CodecStop(Model):
    """A codec that is not asked any more, until staff let it go on."""

    codec = peewee.CharField(64, unique=True)
    at = Instant()
    why = peewee.CharField(200)

    @property
    def subject(self) -> str:
        """What the audit log calls it."""
        return f"codec:{self.id}"


CodecFault.add_index(CodecFault.codec, CodecFault.at, name="fault_of_codec")

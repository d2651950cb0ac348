"""A believable community for a first look: seeded into an empty database by `services` unless DEMO=0."""

from __future__ import annotations

from backend.core.orgs import Org


def wanted() -> bool:
    """Whether the database is empty: a community that somebody began is left alone."""
    return not bool(Org.select().exists())


def seed() -> dict[str, str]:
    """Fill the empty database in one transaction; returns the one-time passwords of its staff by username."""
    from backend import domains
    from backend.demo.community import build

    domains.load()
    return build()

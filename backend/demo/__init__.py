"""A believable community for a first look: seeded into an empty database by `services` unless DEMO=0."""

from __future__ import annotations

from dataclasses import dataclass

from backend.core.orgs import Org


@dataclass(frozen=True, slots=True)
class FirstSignIn:
    """The admin's name and one-time password, and the other accounts that share the password."""

    username: str
    password: str
    others: tuple[str, ...]


def wanted() -> bool:
    """Whether the database is empty: a community that somebody began is left alone."""
    return not bool(Org.select().exists())


def seed() -> FirstSignIn | None:
    """Fill the empty database, in one transaction."""
    from backend.demo.community import build

    return build()

"""Passwords: argon2id, one-time ones to start with, and what a good one is."""

from __future__ import annotations

import secrets
from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from backend.core.errors import Invalid
from backend.core.i18n import _
from backend.settings import settings

SHORTEST, LONGEST = 12, 128
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # nothing that is mistaken for something else when read out


@lru_cache(maxsize=1)
def _hasher(mebibytes: int) -> PasswordHasher:
    return PasswordHasher(memory_cost=mebibytes * 1024)


def _today() -> PasswordHasher:
    return _hasher(settings().password_memory)


def hashed(password: str) -> str:
    return _today().hash(password)


@lru_cache(maxsize=1)
def _nobodys(hasher: PasswordHasher) -> str:
    return hasher.hash(secrets.token_urlsafe(16))


def fits(password: str, stored: str | None) -> bool:
    """Whether `password` belongs to the stored hash; with None it takes as long and is False, so that the time does not
    tell which usernames exist."""
    hasher = _today()
    try:
        return hasher.verify(stored or _nobodys(hasher), password[:LONGEST]) and stored is not None
    except (VerificationError, InvalidHashError):
        return False


def outdated(stored: str) -> bool:
    """Whether the hash was made with other settings than today's."""
    return _today().check_needs_rehash(stored)


def one_time() -> str:
    """A password to read out once: 16 letters in fours, about 79 bits."""
    letters = [secrets.choice(_ALPHABET) for _n in range(16)]
    return "-".join("".join(letters[i : i + 4]) for i in range(0, 16, 4))


def check_new(password: str, username: str) -> None:
    """Raises Invalid, saying what would do, for a password that is too easy (OWASP ASVS 2.1: length, no composition
    rules)."""
    if len(password) < SHORTEST:
        raise Invalid(
            _("Please use at least {n} characters; a short sentence is easy to remember.", n=SHORTEST),
            "password",
        )
    if len(password) > LONGEST:
        raise Invalid(_("Please use at most {n} characters.", n=LONGEST), "password")
    low = password.lower()
    if len(set(low)) < 5 or username.lower() in low or low in "01234567890123456789":
        raise Invalid(_("This one is easy to guess. A short sentence works well."), "password")

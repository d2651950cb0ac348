"""Identifiers: secrets that nobody guesses, numbers that people can read out on the phone."""

from __future__ import annotations

import os
import secrets


def token(nbytes: int = 24) -> str:
    """A URL-safe secret of `nbytes` random bytes."""
    return secrets.token_urlsafe(nbytes)


def code(digits: int = 6) -> str:
    """A numeric code to read out or key in."""
    return f"{secrets.randbelow(10**digits):0{digits}d}"


def correlation() -> str:
    """Ties together everything that one update caused, from the hook to the receipt."""
    return os.urandom(8).hex()

"""A box of returned mail, read and emptied: a maildir, or one over IMAP."""

from __future__ import annotations

import imaplib
import mailbox
from collections.abc import Callable
from urllib.parse import unquote, urlsplit

import structlog

AT_ONCE = 1000
"""Mails taken in one go; the rest waits for the next."""
SECONDS = 20
log = structlog.get_logger()


def empty(url: str, take: Callable[[bytes], object]) -> int:
    """Give every mail of the box to `take`, and remove it once taken; returns how many. ValueError for another kind of box."""
    parts = urlsplit(url)
    if parts.scheme == "maildir":
        return _maildir(unquote(parts.path), take)
    if parts.scheme in ("imap", "imaps"):
        return _imap(url, take)
    raise ValueError("MAIL_BOUNCE_BOX starts with maildir:// or imaps://")


def _maildir(path: str, take: Callable[[bytes], object]) -> int:
    box = mailbox.Maildir(path, create=True)
    keys = list(box.keys())[:AT_ONCE]
    for key in keys:
        take(box.get_bytes(key))
        box.remove(key)
    return len(keys)


def _imap(url: str, take: Callable[[bytes], object]) -> int:
    parts = urlsplit(url)
    kind, port = (imaplib.IMAP4_SSL, 993) if parts.scheme == "imaps" else (imaplib.IMAP4, 143)
    folder = unquote(parts.path.strip("/")) or "INBOX"
    with kind(parts.hostname or "localhost", parts.port or port, timeout=SECONDS) as server:
        server.login(unquote(parts.username or ""), unquote(parts.password or ""))
        server.select(f'"{folder}"')
        _ok, found = server.search(None, "UNDELETED")
        numbers = found[0].split()[:AT_ONCE] if found and found[0] else []
        for number in numbers:
            _ok, data = server.fetch(number.decode(), "(BODY.PEEK[])")
            raw = next((part[1] for part in data if isinstance(part, tuple)), b"")
            take(raw)
            server.store(number.decode(), "+FLAGS", r"(\Deleted)")
        server.expunge()
    return len(numbers)

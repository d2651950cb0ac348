"""What of our messages colleagues never read: the codes and links that open something."""

from __future__ import annotations

import re

from backend.messaging import emphasis
from backend.messaging.content import Content

SECRET = frozenset({"code", "activation"})
"""Purposes whose words open something."""
_OPENS = re.compile(r"https?://\S+|\d{4,}")


def shown(content: Content, purpose: str) -> str:
    """What was said, without marks; in words that open something, the codes and links are dots."""
    text = emphasis.plain(content.text)
    return _OPENS.sub("••••", text) if purpose in SECRET or content.sensitive else text

"""The codecs' texts, in files under VAR_DIR/profiles/<sha256>/, which whoever installs a profile writes there once."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import structlog

from backend.core.i18n import _
from backend.settings import settings
from iot.uplink import Unreadable

_NAME = re.compile(r"[0-9a-f]{64}")
log = structlog.get_logger()


def path(sha256: str) -> Path:
    """Where the text of this name is kept."""
    return settings().var_dir / "profiles" / sha256 / "codec.js"


def name(source: str) -> str:
    """The name of a text: the SHA-256 of its UTF-8, as 64 hexadecimal digits."""
    return hashlib.sha256(source.encode()).hexdigest()


def read(sha256: str) -> str:
    """The text of this name. Raises Unreadable when it is not there, or is not what was installed."""
    try:
        content = path(sha256).read_bytes() if _NAME.fullmatch(sha256) else b""
    except OSError:
        content = b""
    if not content:
        raise Unreadable(_("the codec {name} is not installed here", name=sha256[:12]))
    if hashlib.sha256(content).hexdigest() != sha256:
        log.error("codec.changed", codec=sha256)
        raise Unreadable(_("the codec {name} was changed on disk after it was installed", name=sha256[:12]))
    return content.decode()

"""The code on a sticker that somebody took a photo of, for browsers that cannot read codes themselves."""

from __future__ import annotations

import structlog

from backend.core import media

LARGEST = 12 * 1024 * 1024
SIDE = 2400
"""Pixels: a code that fills a tenth of the photo is still read."""
log = structlog.get_logger()


def code_of(data: bytes) -> str | None:
    """Its text; None where there is none, or where this is no photo."""
    import zxingcpp  # slow to load: only this page needs it

    if not data or len(data) > LARGEST:
        return None
    try:
        grey = media.drawn(data, SIDE).convert("L")
    except media.UNREADABLE as error:
        log.info("sticker.no_photo", error=type(error).__name__)
        return None
    found = [code.text for code in zxingcpp.read_barcodes(grey) if code.text]
    return found[0][:600] if found else None

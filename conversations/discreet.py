"""Codes that open something are readable in no log, from the first moment that they are said. Pure.

A relative's code opens what a household told us in confidence, a colleague's the work of the office; both are good until they are
used, and whoever reads along could be faster.
"""

from __future__ import annotations

import re

DOTS = "••••••"
_CODE = re.compile(r"(?<!\d)\d{6}(?!\d)")
_SPOKEN_OF = re.compile(
    r"家人|家属|亲属|亲情|邀请|绑定|綁定|\bfamily|\bjia ?ren|\binvit|\bcode|\bbind|\blink", re.IGNORECASE
)
"""What people call such a code, or what they want with it."""


def hidden(text: str, *, alone: bool = False) -> str:
    """`text` with dots for a code in it. With `alone` (nothing was asked), six digits that are all of it are one too."""
    if _SPOKEN_OF.search(text) or (alone and _CODE.fullmatch(text.strip())):
        return _CODE.sub(DOTS, text)
    return text

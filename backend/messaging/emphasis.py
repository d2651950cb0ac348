"""`**bold**` in what we say: found here once, shown by each channel in its own way."""

from __future__ import annotations

import re

# Masked values hold asterisks too (138****2210, 1952-**-**): a mark stands alone, touches its words and holds a word.
_BOLD = re.compile(r"(?<!\*)\*\*(?![\s*])((?:(?!\*\*).)*?\w(?:(?!\*\*).)*?)(?<![\s*])\*\*(?!\*)", re.DOTALL)


def runs(text: str) -> list[tuple[str, bool]]:
    """`text` as (piece, is bold) in order, the marks taken out; no piece is empty."""
    pieces: list[tuple[str, bool]] = []
    end = 0
    for match in _BOLD.finditer(text):
        pieces.append((text[end : match.start()], False))
        pieces.append((match[1], True))
        end = match.end()
    pieces.append((text[end:], False))
    return [piece for piece in pieces if piece[0]]


def plain(text: str) -> str:
    """`text` without the marks."""
    return "".join(piece for piece, _bold in runs(text))

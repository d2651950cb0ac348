"""The pages of campaigns."""

from __future__ import annotations

from broadcasts.campaigns import from_rows, keeping, people, progress, wizard
from broadcasts.campaigns.listing import blueprint

__all__ = [
    "blueprint",
    "from_rows",
    "keeping",
    "people",
    "progress",
    "wizard",
]

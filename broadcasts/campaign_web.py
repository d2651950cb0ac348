"""The pages of campaigns."""

from __future__ import annotations

from broadcasts import (
    campaign_from_rows,
    campaign_keeping,
    campaign_people,
    campaign_progress,
    campaign_wizard,
)
from broadcasts.campaign_list import blueprint

__all__ = [
    "blueprint",
    "campaign_from_rows",
    "campaign_keeping",
    "campaign_people",
    "campaign_progress",
    "campaign_wizard",
]

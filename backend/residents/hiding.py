"""Which files keep an item to their person, as SQL: lists neither find nor order nor count anybody by what only she may see."""

from __future__ import annotations

from backend.residents.models import PrivacyChoice
from backend.residents.privacy import ME

_TELLING = {"id_number": ("birthday",)}
"""What an item goes with: the ID number tells the birthday."""


def subjects(item: str) -> str | None:
    """A SELECT of the residents' ids; None when nobody keeps the item. `item` is a column's key, a plain word."""
    items = (item, *_TELLING.get(item, ()))
    if not PrivacyChoice.select().where(PrivacyChoice.item.in_(items) & (PrivacyChoice.level == ME)).exists():
        return None
    named = ", ".join(f"'{one}'" for one in items)
    return f"SELECT resident_id FROM privacy_choice WHERE item IN ({named}) AND level = '{ME}'"

"""Residents and their homes as tables of the dynamic database."""

from __future__ import annotations

from backend.core.i18n import _
from backend.records import sources
from backend.records.sources import Source
from backend.residents import consent, face, hiding, home_face, importing, privacy

_RIGHTS = {
    "read": "resident.read",
    "change": "resident.change",
    "create": "resident.create",
    "delete": "resident.erase",
}

sources.register(
    Source(
        "resident",
        _("Residents"),
        face.COLUMNS,
        _RIGHTS,
        "residents.show",
        "resident_id",
        10,
        face.everybody,
        importing.write,
        importing.remove,
        private=privacy.only_hers,
        hiding=hiding.subjects,
        hearing=consent.hearing,
    )
)
sources.register(
    Source(
        "household",
        _("Households"),
        home_face.COLUMNS,
        _RIGHTS,
        "residents.home",
        "household_id",
        20,
        home_face.everyone,
    )
)

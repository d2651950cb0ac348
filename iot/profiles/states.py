"""How far a model of devices is on its way to be believed. Pure.

draft ─────────────────────────────────────────→ approved        made by hand
imported → vectors-pass → mapped ──────────────→ approved        from a device repository
                                                 ⇅ disabled
"""

from __future__ import annotations

from backend.core.i18n import Msg, _

DRAFT, IMPORTED, PASSED, MAPPED = "draft", "imported", "vectors-pass", "mapped"
APPROVED, DISABLED = "approved", "disabled"

STATES: dict[str, tuple[Msg, str]] = {
    DRAFT: (_("Not approved yet"), "attention"),
    IMPORTED: (_("Installed, not proven"), "attention"),
    PASSED: (_("Its test messages pass, not mapped"), "attention"),
    MAPPED: (_("Mapped, not approved"), "attention"),
    APPROVED: (_("Approved"), "good"),
    DISABLED: (_("Switched off"), "urgent"),
}
"""Its words and their tone. Only of an approved one a device may raise alarms."""


def proven(passed: int, total: int) -> str:
    """The state that its vectors give it: without any nothing is proven."""
    return PASSED if total and passed == total else IMPORTED


def mapped(passed: int, total: int) -> str:
    """The state that a mapping gives it: never more than `imported` while one of its vectors fails."""
    return MAPPED if passed == total else IMPORTED

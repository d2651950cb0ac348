"""Where a file stands, and what that is called."""

from __future__ import annotations

from backend.core.i18n import Msg, _

STATUS_WORDS: dict[str, Msg] = {
    "pending": _("Waiting for approval"),
    "approved": _("Approved"),
    "rejected": _("Rejected"),
    "erased": _("Erased"),
}

"""Notices in the admin: the list, the editor with its preview, versions."""

from __future__ import annotations

from flask import Blueprint, url_for

from backend.messaging.channels import NAMES
from backend.printing import record_rows
from backend.web import subjects
from broadcasts.estimate import Row
from broadcasts.recipients import REASONS

blueprint = Blueprint("notices", __name__, url_prefix="/admin/notices", template_folder="templates", static_folder="static", static_url_path="/static")  # fmt: skip


@blueprint.app_context_processor
def _words() -> dict[str, object]:
    """For `broadcasts/outlook.html`, wherever it is shown."""
    return {"channel_titles": NAMES, "left_out_words": REASONS}


@blueprint.app_template_global()
def row_page(kind: str, row: Row) -> str:
    """Where staff look at a row of an audience; "" when it has no page."""
    prefix, _colon, key = kind.partition(":")
    if prefix == record_rows.PREFIX:
        return url_for("records.show", key=key, row_id=row.row_id)
    return subjects.link(f"resident:{row.resident_id}") if row.resident_id is not None else ""

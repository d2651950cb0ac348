"""What relations hold about a resident: exported for her, and forgotten with her file, on either side of a relation."""

from __future__ import annotations

from typing import Any

from backend.core import audit
from backend.core.db import transaction
from backend.family import relations
from backend.family.models import Relation
from backend.family.topics import unpacked


def export(resident_id: int) -> dict[str, list[dict[str, Any]]]:
    """Who is told about her, and whom she is told about."""
    return {
        "told_about_me": [
            _line(r) | {"name": r.name, "called": r.called}
            for r in Relation.select().where(Relation.resident_id == resident_id).order_by(Relation.id)
        ],
        "i_am_told_about_others": [
            _line(r)
            for r in Relation.select().where(Relation.relative_id == resident_id).order_by(Relation.id)
        ],
    }


def _line(relation: Relation) -> dict[str, Any]:
    return {
        "kind": relation.kind,
        "topics": list(unpacked(relation.topics)),
        "status": relation.status,
        "since": relation.consented_at.isoformat() if relation.consented_at else None,
        "agreed_by": relation.consent_by,
        "ended": relation.withdrawn_at.isoformat() if relation.withdrawn_at else None,
    }


def forget(resident_id: int) -> None:
    """End her relations, and leave of them that there were some."""
    with transaction():
        hers = (Relation.resident_id == resident_id) | (Relation.relative_id == resident_id)
        for relation in list(Relation.select().where(hers)):
            if relation.status != "withdrawn":
                relations.end(relation)
            audit.erase_payloads(relations.subject(relation))
        Relation.update(name=None, called=None, identity_id=None, relative_id=None, zone="").where(
            hers
        ).execute()

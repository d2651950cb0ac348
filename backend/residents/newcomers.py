"""Many new files at once, from a list of the office: a few statements for hundreds of people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from backend.core import access, audit, clock, crypto
from backend.core.access import Actor
from backend.core.db import execute
from backend.core.errors import Forbidden, Invalid, LinliError
from backend.core.i18n import DEFAULT_LOCALE, _
from backend.records import state, store
from backend.records.sources import Wanted
from backend.residents import face, file, flags, home_face, households, living
from backend.residents.form import FILE, ID_NUMBER
from backend.residents.households import Placed
from backend.residents.models import Resident

CARD = "resident_id"
"""The document that is meant where a list does not say which."""
_COLUMNS = (
    *("org_id", "household_id", "status", "name", "gender", "birthday", "id_type", "id_number", "id_index", "mobile"),
    *("mobile_index", "email", "email_index", "locale", "channel", "flags", "note", "created_at", "approved_at"),
    *("approved_by", "residence", "relation", "tenancy_from", "tenancy_until", "landlord", "landlord_phone"),
)  # fmt: skip
_SEALED = ("id_number", "mobile", "email", "landlord", "landlord_phone")
_PLACES = {name: getattr(Resident, name).place for name in _SEALED}
"""What their encryption is bound to."""
_T = TypeVar("_T")


@dataclass(slots=True)
class _New:
    """One of them: what she says of herself, and where she stands in the list."""

    place: int
    wanted: Wanted
    answers: dict[str, Any]
    index: str


def bring_in(actor: Actor, rows: Mapping[int, Wanted]) -> dict[int, int | LinliError]:
    """Files for these people, by their places in the list; for each its id, or why not. Approved where the actor may approve, else
    waiting. Nothing is said to anybody, and no address is taken for hers."""
    answers: dict[int, int | LinliError] = {}
    able = {
        org_id: access.may(actor, "resident.create", org_id) for org_id in {r.org_id for r in rows.values()}
    }
    new: dict[str, _New] = {}
    for place, row in rows.items():
        try:
            one = _new(place, row) if able[row.org_id] else None
        except Invalid as wrong:
            answers[place] = wrong
            continue
        if one is None:
            answers[place] = Forbidden()
        elif one.index in new:
            answers[place] = Invalid(_("The same document stands in an earlier row."), "id_number")
        else:
            new[one.index] = one
    for index in _known("id_index", new):
        answers[new.pop(index).place] = _registered()
    made = _stored(actor, list(new.values()))
    for index, one in new.items():
        answers[one.place] = made.get(index) or _registered()
    return answers


def _new(place: int, row: Wanted) -> _New:
    given = {name: v for name, v in row.values.items() if name in FILE and v not in (None, "")}
    for name in face.NEEDED:
        if name not in given:
            raise Invalid(_("“{label}” must not be empty.", label=FILE[name].label), name)
    given.setdefault("id_type", CARD)
    living.check(given)
    if given["id_type"] == CARD:
        given = ID_NUMBER.fills(given["id_number"]) | given
    return _New(place, row, given, file.id_index(str(given["id_type"]), given["id_number"]))


def _registered() -> Invalid:
    return Invalid(
        _("This document is registered already. Please look for the file by its number."), "id_number"
    )


def _stored(actor: Actor, new: Sequence[_New]) -> dict[str, int]:
    """Their ids by the index of their document; absent: somebody else registered it in this very moment."""
    if not new:
        return {}
    homes = households.ensure_many([(n.answers["home"], n.wanted.org_id) for n in new])
    now = clock.now_ms()
    statuses = {h.org_id: _status(actor, h.org_id) for h in homes}
    lines = _lines(new, homes)
    for line in lines:
        line["status"] = statuses[line["org_id"]]
        approved = line["status"] == "approved"
        line |= {
            "created_at": now,
            "approved_at": now if approved else None,
            "approved_by": actor.id if approved else None,
        }
    made = _inserted(lines)
    kept = [(n, h) for n, h in zip(new, homes, strict=True) if n.index in made]
    faces = [
        (made[n.index], h.org_id, {**n.wanted.more, **n.answers, "status": statuses[h.org_id]}, None)
        for n, h in kept
    ]
    store.put_many("resident", faces, by=actor, why=new[0].wanted.why)
    home_face.show(h.id for _n, h in kept)
    _noted(actor, faces)
    return made


def _noted(actor: Actor, faces: Sequence[tuple[int, int, Mapping[str, Any], None]]) -> None:
    if not faces:
        return
    ids, orgs = [f[0] for f in faces], {f[1] for f in faces}
    batch_id = store.current_batch()
    audit.record(
        actor,
        "resident.import",
        f"batch:{batch_id}" if batch_id else "table:resident",
        org_id=orgs.pop() if len(orgs) == 1 else None,
        after={"rows": len(ids), "first": min(ids), "last": max(ids)},
    )


def _status(actor: Actor, org_id: int) -> str:
    return "approved" if access.may(actor, "resident.approve", org_id) else "pending"


def _lines(new: Sequence[_New], homes: Sequence[Placed]) -> list[dict[str, Any]]:
    lines = []
    for one, home in zip(new, homes, strict=True):
        said = one.answers
        mobile, email = said.get("mobile"), said.get("email")
        lines.append(
            {
                "org_id": home.org_id, "household_id": home.id, "name": said["name"],
                "gender": said.get("gender") or "", "birthday": said.get("birthday"), "id_type": str(said["id_type"]),
                "id_number": said["id_number"], "id_index": one.index, "mobile": mobile,
                "mobile_index": file.mobile_index(mobile) if mobile else None, "email": email,
                "email_index": file.email_index(email) if email else None, "locale": DEFAULT_LOCALE,
                "channel": "staff", "note": "", "residence": said.get("residence") or "",
                "relation": said.get("relation") or "", "tenancy_from": said.get("tenancy_from"),
                "tenancy_until": said.get("tenancy_until"), "landlord": said.get("landlord"),
                "landlord_phone": said.get("landlord_phone"),
            }
        )  # fmt: skip
    shared = _shared([line["mobile_index"] for line in lines if line["mobile_index"]])
    for line in lines:
        looked_at = {"entered_by_staff", "no_consent"}
        looked_at |= {"unproven_mobile"} if line["mobile"] else set()
        looked_at |= set() if line["email"] else {"no_email"}
        looked_at |= {"shared_mobile"} if line["mobile_index"] in shared else set()
        line["flags"] = flags.joined(looked_at)
    return lines


def _shared(mobiles: Sequence[str]) -> set[str]:
    twice = {m for m in mobiles if mobiles.count(m) > 1} if len(set(mobiles)) < len(mobiles) else set()
    return twice | _known("mobile_index", mobiles)


def _known(column: str, indexes: Iterable[str]) -> set[str]:
    """Those of the indexes that a file has."""
    found: set[str] = set()
    for part in _parts(list(indexes)):
        sql = f"SELECT {column} FROM resident WHERE {column} IN ({', '.join('?' * len(part))})"
        found |= {row[0] for row in execute(sql, part).fetchall()}
    return found


def _inserted(lines: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    made: dict[str, int] = {}
    one = f"({', '.join('?' * len(_COLUMNS))})"
    for part in _parts(lines):
        sql = (
            f"INSERT INTO resident ({', '.join(_COLUMNS)}) VALUES {', '.join([one] * len(part))}"
            " ON CONFLICT (id_index) DO NOTHING RETURNING id, id_index"
        )
        params = [_sealed(name, line[name]) for line in part for name in _COLUMNS]
        made |= {index: row_id for row_id, index in execute(sql, params).fetchall()}
    return made


def _sealed(name: str, value: Any) -> Any:
    return crypto.encrypt(value, _PLACES[name]) if name in _PLACES and value is not None else value


def _parts(things: Sequence[_T]) -> Iterable[Sequence[_T]]:
    return (things[start : start + state.AT_ONCE] for start in range(0, len(things), state.AT_ONCE))

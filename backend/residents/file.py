"""A file and its answers: the columns of a Resident as values of the registration Form's Fields, and back."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import Any

from backend.core import clock, crypto
from backend.core.access import Actor
from backend.messaging import people
from backend.records.sources import KEPT
from backend.residents import households
from backend.residents.form import FILE
from backend.residents.living import LIVING
from backend.residents.models import Resident

Answers = Mapping[str, Any]
"""Parsed values by Field name; None: the honest answer is that there is none (e-mail)."""

_LIVING: dict[str, str | None] = {f.name: "" if f.kind == "choice" else None for f in LIVING}
"""How she lives here, and what stands in the row where that is not known."""


def id_index(id_type: str, number: str) -> str:
    """Finds one document, whatever its spelling."""
    return crypto.blind_index(f"{id_type}:{number.upper()}", "id")


def mobile_index(mobile: str) -> str:
    return people.address_index(mobile)


def email_index(email: str) -> str:
    return people.address_index(email.casefold())


def answers_of(resident: Resident) -> dict[str, Any]:
    """What the file holds, by Field name; what it lacks is absent."""
    home = households.home_of(resident.household) if resident.household else None
    held = {
        "name": resident.name,
        "gender": resident.gender,
        "birthday": resident.birthday,
        "id_type": resident.id_type,
        "id_number": resident.id_number,
        "mobile": resident.mobile,
        "email": resident.email,
        "home": home,
        **{name: getattr(resident, name) for name in _LIVING},
    }
    return {name: value for name, value in held.items() if value}


def write(resident: Resident, answers: Answers) -> None:
    """Put answers into the file's columns (not saved); a document change needs both `id_type` and `id_number`."""
    for name in ("name", "gender", "birthday"):
        if name in answers:
            setattr(resident, name, answers[name])
    for name in _LIVING:
        if name in answers:
            setattr(resident, name, answers[name] or _LIVING[name])
    if "id_number" in answers:
        resident.id_type = str(answers.get("id_type", resident.id_type))
        resident.id_number = answers["id_number"]
        resident.id_index = id_index(resident.id_type, answers["id_number"])
    if "mobile" in answers and answers["mobile"] != resident.mobile:
        resident.mobile = answers["mobile"]
        resident.mobile_index = mobile_index(answers["mobile"])
        resident.mobile_proven_at = None
    if "email" in answers and answers["email"] != resident.email:
        resident.email = answers["email"]
        resident.email_index = email_index(answers["email"]) if answers["email"] else None
        resident.email_confirmed_at = None
    if "home" in answers:
        resident.household = households.ensure(answers["home"], resident.org_id)
        resident.org_id = resident.household.org_id


def prove_mobile(resident: Resident) -> None:
    resident.mobile_proven_at = clock.now()


def dumped(answers: Answers) -> dict[str, Any]:
    """Answers as JSON values, for storing and for the audit log."""
    return {n: None if v is None else FILE[n].dump(v) for n, v in answers.items() if n in FILE}


def loaded(data: Mapping[str, Any]) -> dict[str, Any]:
    """The inverse of `dumped`."""
    return {n: None if v is None else FILE[n].load(v) for n, v in data.items() if n in FILE}


def to_text(answers: Answers) -> str:
    return json.dumps(dumped(answers), ensure_ascii=False)


def from_text(text: str | None) -> dict[str, Any]:
    return loaded(json.loads(text)) if text else {}


def masked(answers: Answers, locale: str, private: Collection[str] = ()) -> dict[str, str]:
    """What pages and messages show: sensitive values masked; of those that she keeps to herself, only that there is one."""
    shown = {}
    for name, value in answers.items():
        field = FILE.get(name)
        if field is None or value is None:
            continue
        if name in private:
            shown[name] = KEPT
        else:
            shown[name] = field.masked(value, locale) if field.sensitive else field.show(value, locale)
    return shown


def as_actor(resident: Resident) -> Actor:
    """The resident herself, for the audit log."""
    return Actor("resident", resident.id, resident.name)


def subject(resident_id: int) -> str:
    """How audit entries and messages name this file."""
    return f"resident:{resident_id}"

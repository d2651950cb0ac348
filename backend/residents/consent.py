"""The consent that registration rests on: its text, its version, who gave it and who took it back.

Sensitive data (the number of an identity document, contact data) take a consent of their own, apart from the general
one (PIPL articles 14, 15, 29). Taking back is as easy as giving. Change a text: raise VERSION.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from backend.core import clock
from backend.core.db import ask, execute
from backend.core.i18n import Msg, _
from backend.fields.words import Words
from backend.residents.models import Consent

VERSION = "2026-11"
GENERAL = "general"
SENSITIVE = "sensitive"
HEALTH = "health"
"""Medicines and measured values: asked for when she first wishes to have them kept, apart from the others (PIPL article 29)."""

GENERAL_TEXT: Msg = _(
    "To register you we keep your name, gender, birthday and home address, only to serve you in this community. Staff of "
    "your community see them, nobody else does. You can see, correct, export or delete your data at any time: just write "
    "“my file”. (Terms {version}.) Do you agree?",
    version=VERSION,
)
GENERAL_SHORT: Msg = _(
    "We keep your name, birthday and address only to serve you here. Delete any time. Terms {version}. Agree?",
    version=VERSION,
)
GENERAL_SPOKEN: Msg = _(
    "To register you we keep your name, birthday and address, only to serve you in this community. You can have them deleted "
    "at any time. Do you agree?"
)
SENSITIVE_TEXT: Msg = _(
    "Your ID number, mobile number and e-mail are sensitive, so we ask for them separately. They prove who you are and let us "
    "reach you; they are kept encrypted, shown masked, and every look at them is on record. Do you agree to this too?"
)
SENSITIVE_SHORT: Msg = _("ID number, mobile and e-mail: kept encrypted, to know and reach you. Agree?")
SENSITIVE_SPOKEN: Msg = _(
    "Your ID number, mobile number and e-mail are sensitive. They are kept encrypted, and only used to know and reach you. Do you "
    "agree to this too?"
)


def declined() -> Words:
    """The kind end for somebody who does not agree."""
    return Words(
        _(
            "That is quite all right, nothing was kept. You can still ask us anything here, or register at the office with "
            "your ID card. Whenever you change your mind, write “register”."
        ),
        short=_(
            "That is all right, nothing was kept. You can also register at the office. To begin again: register."
        ),
    )


def give(resident_id: int, version: str, channel: str) -> None:
    """Record both consents, once per version."""
    standing = (Consent.resident == resident_id) & Consent.withdrawn_at.is_null()
    known = Consent.select().where(standing & (Consent.version == version) & Consent.kinds.contains(GENERAL))
    if not known.exists():
        Consent.create(
            resident=resident_id,
            version=version,
            kinds=f"{GENERAL} {SENSITIVE}",
            channel=channel,
            given_at=clock.now(),
        )


_AT_ONCE = 500
Forget = Callable[[int], None]
_resting_on: dict[str, list[Forget]] = {}


def rests_on(kind: str, forget: Forget) -> None:
    """Say that `forget(resident_id)` empties what is kept on the strength of this consent alone: it runs in the transaction in which she takes it back."""
    _resting_on.setdefault(kind, []).append(forget)


def forget(resident_id: int, kind: str) -> None:
    """Have everybody forget what rested on it: first those who registered last, who stand above the others and keep away what comes in at this moment."""
    for act in reversed(_resting_on.get(kind, [])):
        act(resident_id)


def withdraw(resident_id: int, channel: str = "") -> int:
    """Take back every consent that stands; returns how many did. `channel`: where she did, "" when it ends with her file."""
    mine = (Consent.resident == resident_id) & Consent.withdrawn_at.is_null()
    kinds = {
        kind for (given,) in Consent.select(Consent.kinds).where(mine).tuples() for kind in given.split()
    }
    gone = Consent.update(withdrawn_at=clock.now(), withdrawn_channel=channel).where(mine).execute()
    for kind in sorted(kinds):
        forget(resident_id, kind)
    return int(gone)


def stands(resident_id: int, kind: str = GENERAL) -> bool:
    """Whether a consent of this kind stands."""
    standing = (Consent.resident == resident_id) & Consent.withdrawn_at.is_null()
    return bool(Consent.select().where(standing & Consent.kinds.contains(kind)).exists())


_STANDING = "SELECT DISTINCT resident_id FROM consent WHERE resident_id IN ({}) AND kinds LIKE ? AND withdrawn_at IS NULL"


def standing(resident_ids: Iterable[int], kind: str) -> set[int]:
    """Of these those whose consent of this kind stands."""
    wanted, found = list(resident_ids), set[int]()
    for start in range(0, len(wanted), _AT_ONCE):
        some = wanted[start : start + _AT_ONCE]
        rows = execute(_STANDING.format(",".join("?" * len(some))), [*some, f"%{kind}%"])
        found.update(row[0] for row in rows)
    return found


def allow(resident_id: int, kind: str, channel: str) -> bool:
    """Record a consent of its own kind beside the general one; False when it stands already."""
    if stands(resident_id, kind):
        return False
    Consent.create(
        resident=resident_id, version=VERSION, kinds=kind, channel=channel[:12], given_at=clock.now()
    )
    return True


def disallow(resident_id: int, kind: str, channel: str) -> bool:
    """Take back a consent that was given apart; False when none stands."""
    mine = (Consent.resident == resident_id) & (Consent.kinds == kind) & Consent.withdrawn_at.is_null()
    gone = Consent.update(withdrawn_at=clock.now(), withdrawn_channel=channel[:12]).where(mine).execute()
    if gone:
        forget(resident_id, kind)
    return bool(gone)


_HEARING = (
    "SELECT r.id FROM resident r WHERE r.id IN ({}) AND r.status = 'approved' AND (NOT EXISTS (SELECT 1 FROM consent c WHERE"
    " c.resident_id = r.id AND c.kinds <> 'health') OR EXISTS (SELECT 1 FROM consent c WHERE c.resident_id = r.id"
    " AND c.kinds <> 'health' AND c.withdrawn_at IS NULL))"
)


def hearing(resident_ids: Iterable[int]) -> set[int]:
    """Of these those whom the office may tell something: approved, and not who took their consent back."""
    wanted, found = list(resident_ids), set[int]()
    for start in range(0, len(wanted), _AT_ONCE):
        some = wanted[start : start + _AT_ONCE]
        found.update(row[0] for row in ask(_HEARING.format(",".join("?" * len(some))), some))
    return found

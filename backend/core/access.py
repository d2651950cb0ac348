"""Who may do what, where: the one place that pages, API and bots ask.

A Role carries permissions; a staff member holds a Role at an Org, and it reaches everything under that Org.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from backend.core import orgs
from backend.core.errors import Forbidden
from backend.core.i18n import Msg, _

ROLES: dict[str, Msg] = {
    "street_admin": _("Street admin"),
    "community_admin": _("Community admin"),
    "grid_worker": _("Grid worker"),
    "repairer": _("Repair worker"),
    "duty_desk": _("Duty desk"),
    "operator": _("Platform operator"),
    "auditor": _("Auditor"),
    "enterprise_admin": _("Enterprise admin"),
    "merchant_admin": _("Merchant admin"),
}
GUESTS = frozenset({"enterprise_admin", "merchant_admin"})
"""Not the community's own staff: they keep what stands at their own Org, and of lists see only those where something of theirs does."""

_RESIDENTS_READ = {"resident.read"}
_REQUESTS_READ = {"request.read"}
_DESK = {
    "request.assign",
    "request.comment",
    "request.progress",
    "request.create",
    "resident.create",
    "message.read",
    "message.resend",
    "message.say",
}
_LIFE_READ = {"event.read", "survey.read", "feedback.read"}
_CARE_READ = {"care.read", "alarm.read"}
_CARE = (
    _CARE_READ
    | {"position.read"}
    | {"care.change", "care.health", "health.read", "visit.do", "alarm.answer", "family.change"}
)
_RECORDS_READ = {"record.read", "report.read"}
_RECORDS = _RECORDS_READ | {"record.create", "record.change"}
_PRINT = {"print.use"}
_DEVICES_READ = {"device.read"}
_DEVICES_INSTALL = {"device.install"}
"""To take in what was put up, say what it is and whose, and replace it: not what models mean, nor rules, nor the broker."""
_DEVICES_COMMAND = {"device.command"}
_TELL = {"campaign.read", "campaign.write", "notice.write", "list.write"}
_ADMIN = (
    _RESIDENTS_READ
    | _REQUESTS_READ
    | _DESK
    | _LIFE_READ
    | _CARE
    | {"position.change"}
    | {"event.change", "event.approve", "survey.change", "feedback.answer"}
    | {"resident.approve", "resident.change", "resident.reveal", "resident.export", "resident.erase"}
    | {"resident.attach"}
    | {"staff.read", "staff.change", "audit.read", "health.read", "form.preview"}
    | _RECORDS
    | {"record.delete", "record.define", "record.import", "record.export"}
    | {"report.send", "usage.read", "retention.change", "consent.ask"}
    | _PRINT
    | {"print.change"}
    | _TELL
    | {"campaign.approve", "api.manage"}
    | _DEVICES_READ
    | _DEVICES_INSTALL
    | _DEVICES_COMMAND
    | {"device.change", "device.route"}
)

_OWN_LISTS = {"record.read", "record.create", "record.change", "record.delete", "record.export"}

PERMISSIONS: dict[str, frozenset[str]] = {
    "street_admin": frozenset(_ADMIN),
    "community_admin": frozenset(_ADMIN),
    "grid_worker": frozenset(
        _RESIDENTS_READ
        | _REQUESTS_READ
        | _LIFE_READ
        | _CARE
        | _RECORDS
        | _PRINT
        | _DEVICES_READ
        | _DEVICES_INSTALL
        | {"request.comment", "request.progress", "request.create", "resident.approve", "resident.create"}
        | {"resident.attach"}
    ),
    "repairer": frozenset({"request.progress"}),
    "duty_desk": frozenset(
        _RESIDENTS_READ
        | _REQUESTS_READ
        | _DESK
        | _LIFE_READ
        | _CARE
        | _RECORDS_READ
        | _PRINT
        | _TELL
        | _DEVICES_READ
        | _DEVICES_COMMAND
        | {"feedback.answer"}
    ),
    "operator": frozenset(
        {
            "staff.read",
            "staff.change",
            "message.read",
            "message.resend",
            "health.read",
            "audit.read",
            "form.preview",
            "usage.read",
        }
    ),
    "auditor": frozenset(
        _RESIDENTS_READ
        | _REQUESTS_READ
        | _LIFE_READ
        | _CARE_READ
        | _RECORDS_READ
        | _DEVICES_READ
        | {"audit.read", "message.read", "staff.read", "health.read", "usage.read", "campaign.read"}
    ),
    "enterprise_admin": frozenset(_OWN_LISTS | _PRINT),
    "merchant_admin": frozenset(_OWN_LISTS | _PRINT),
    # What another system may do with a key (`broadcasts.api`): no person holds it.
    "api": frozenset(
        _RESIDENTS_READ
        | _RECORDS_READ
        | {"event.read", "campaign.read", "campaign.write", "list.write", "message.say"}
    ),
    # The same where staff said that it may: what devices say tells of life at home.
    "api_devices": frozenset(_DEVICES_READ),
}


@dataclass(frozen=True, slots=True)
class Post:
    """A Role held at an Org."""

    role: str
    org_path: str


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: `kind` is staff, resident or system; `name` is what the audit log shows."""

    kind: str
    id: int
    name: str
    posts: tuple[Post, ...] = ()

    def paths(self, permission: str) -> tuple[str, ...]:
        """The tops of the subtrees where this actor holds `permission`."""
        if self.kind == "system":
            return ("/",)
        return tuple(p.org_path for p in self.posts if permission in PERMISSIONS[p.role])

    @property
    def guest(self) -> bool:
        """Whether all that she may do is what GUESTS may."""
        return bool(self.posts) and all(p.role in GUESTS for p in self.posts)


SYSTEM = Actor("system", 0, "Linli")


def may(actor: Actor, permission: str, org_id: int | None = None) -> bool:
    """Whether `actor` holds `permission` at the Org (anywhere at all when `org_id` is None)."""
    paths = actor.paths(permission)
    if not paths or org_id is None:
        return bool(paths)
    if "/" in paths:
        return True
    path = orgs.get(org_id).path
    return any(path.startswith(top) for top in paths)


def where(actor: Actor, permission: str, org_ids: Collection[int]) -> set[int]:
    """Of these Orgs those where `actor` holds `permission`."""
    paths = actor.paths(permission)
    if not paths or "/" in paths:
        return set(org_ids) if paths else set()
    return {i for i, path in orgs.paths(org_ids).items() if path.startswith(paths)}


def check(actor: Actor, permission: str, org_id: int | None = None) -> None:
    """Raises Forbidden unless `may`."""
    if not may(actor, permission, org_id):
        raise Forbidden()


def org_ids(actor: Actor, permission: str) -> Any:
    """A sub-query for `.where(Thing.org_id.in_(…))`: the Orgs where `actor` holds `permission`."""
    return orgs.within(actor.paths(permission))

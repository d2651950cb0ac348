"""Staff hear it when a codec is stopped: an alarm that its devices send is not understood any more."""

from __future__ import annotations

from backend.alarms import actions as alarms
from backend.alarms import queries
from backend.core import orgs
from backend.core.access import SYSTEM
from backend.core.i18n import _
from backend.fields.words import Words
from iot.models import Device, DeviceProfile
from iot.points import SAFETY
from iot.vendor.models import CodecStop


def models(codec: str) -> list[DeviceProfile]:
    """The models of devices that are read by it."""
    return list(
        DeviceProfile.select().where(DeviceProfile.decoder == f"vendor:{codec}").order_by(DeviceProfile.name)
    )


def stopped(stop: CodecStop) -> None:
    """One alarm in each community that has devices of its models in use: critical where lives hang on them. In the caller's transaction."""
    for model in models(stop.codec):
        in_use = Device.select(Device.org_id).where(
            (Device.profile_id == model.id) & (Device.status == "active") & Device.org_id.is_null(False)
        )
        safety = any(rule["point"] in SAFETY for rule in model.rules)
        for community, count in sorted(_by_community([row.org_id for row in in_use]).items()):
            alarms.raise_alarm(
                "devices_unread",
                org_id=community,
                severity="critical" if safety else "warning",
                words=Words(
                    _(
                        "What {n} devices of the model “{model}” report cannot be read any more: its codec was stopped. An alarm of theirs would not be heard. Please tell whoever looks after the devices.",
                        n=count,
                        model=model.name,
                    )
                ),
                source=stop.subject,
                dedupe=f"{_key(stop)}:{community}:{model.id}",
            )


def goes_on(stop: CodecStop) -> None:
    """The same alarms are over. In the caller's transaction."""
    for number in queries.open_like(f"{_key(stop)}:%").values():
        alarms.clear(SYSTEM, number, _("They can be read again."))


def _key(stop: CodecStop) -> str:
    return f"codec:{stop.codec[:16]}"


def _by_community(org_ids: list[int]) -> dict[int, int]:
    """How many stand in each; what stands above the communities counts for its own."""
    known = {number for number, _name in orgs.communities()}
    paths = orgs.paths(set(org_ids))
    found: dict[int, int] = {}
    for org in org_ids:
        above = [int(part) for part in paths[org].strip("/").split("/")]
        community = next((part for part in above if part in known), org)
        found[community] = found.get(community, 0) + 1
    return found

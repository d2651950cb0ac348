"""A model from a device repository on its way to be believed, and back: mapped, approved, switched off, a former version again.

Devices follow one version of it (`DeviceProfile.version_id`): the newest until one was approved, from then on the one that was approved last. What is
installed or mapped anew is a version of its own, which they follow once it is approved too. So a new codec silences no detector.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from backend.core import audit, clock
from backend.core.access import Actor
from backend.core.db import after_commit, is_postgres, transaction
from backend.core.errors import Conflict, Forbidden, Invalid, NotFound
from backend.core.i18n import _, ngettext
from iot.decoding import OFF, VENDOR
from iot.mapping import Rule, checked
from iot.models import Device, DeviceProfile
from iot.points import SAFETY
from iot.profiles import states, store
from iot.profiles.models import ProfileVersion
from iot.registry import devices


def of(profile: DeviceProfile) -> list[ProfileVersion]:
    """Its versions, the newest first; [] for one that was made by hand."""
    query = ProfileVersion.select().where(ProfileVersion.profile_id == profile.id)
    return list(query.order_by(ProfileVersion.number.desc()))


def by_key(key: str) -> DeviceProfile:
    """An installed model. Raises NotFound."""
    found: DeviceProfile | None = DeviceProfile.get_or_none(DeviceProfile.key == key)
    if found is None or found.version_id is None:
        raise NotFound(_("{key} is not installed.", key=key))
    return found


def rules_of(version: ProfileVersion) -> list[Rule]:
    return [Rule.from_json(rule) for rule in version.rules]


def former_rules(version: ProfileVersion) -> list[Rule]:
    """What the version before it meant: where one begins with a new one."""
    query = ProfileVersion.select().where(
        (ProfileVersion.profile_id == version.profile_id) & (ProfileVersion.number < version.number)
    )
    before = query.order_by(ProfileVersion.number.desc()).first()
    return rules_of(before) if before is not None else []


def put(actor: Actor, key: str, name: str, says: Iterable[str], **values: Any) -> ProfileVersion:
    """A version that was installed, inside the caller's transaction; an equal one that is there already is kept. Raises Forbidden, and Conflict when
    somebody made a model of this key by hand."""
    if devices.owner(actor) is not None:
        raise Forbidden()
    now = clock.now()
    profile = _locked(DeviceProfile.key == key)
    if profile is None:
        profile = DeviceProfile.create(
            key=key, name=name, decoder="", rules=[], state=states.IMPORTED, by_name=actor.name[:80], created_at=now, changed_at=now
        )  # fmt: skip
    elif profile.version_id is None:
        raise Conflict(_("There is a model of this name already."))
    newest = next(iter(of(profile)), None)
    if newest is not None and (newest.sha256, newest.vectors) == (values["sha256"], values["vectors"]):
        return newest
    made: ProfileVersion = ProfileVersion.create(
        profile_id=profile.id, number=newest.number + 1 if newest else 1, rules=[],
        state=states.proven(values["passed"], values["total"]), accepted_by=actor.name[:80], accepted_at=now, **values,
    )  # fmt: skip
    profile.says = list(dict.fromkeys([*profile.says, *says]))
    profile.save()
    _follow_newest(profile, made)
    _record(actor, "device.install", profile, made)
    return made


def give_meaning(actor: Actor, profile_id: int, rules: Sequence[Rule]) -> ProfileVersion:
    """Say what its names mean; where devices rely on the newest version, in a further one. Raises Forbidden, NotFound, Invalid."""
    written = [checked(rule).to_json() for rule in rules]
    if not written:
        raise Invalid(_("Nothing is mapped yet: the device could say nothing."), "rules")
    with transaction():
        profile = _installed(actor, profile_id)
        version = of(profile)[0]
        if version.approved_at is not None:
            version = _copy(version)
        version.rules, version.state = written, states.mapped(version.passed, version.total)
        version.save()
        _follow_newest(profile, version)
        _record(actor, "device.map", profile, version, rules=written)
    return version


def lost(profile: DeviceProfile, version: ProfileVersion) -> list[str]:
    """The safety Points that its devices raise alarms by now and would not by this version."""
    now = {rule["point"] for rule in profile.rules} if profile.state == states.APPROVED else set()
    return sorted((now & SAFETY) - {rule["point"] for rule in version.rules})


def approve(
    actor: Actor, profile_id: int, number: int | None = None, *, unproven: bool = False, fewer: bool = False
) -> ProfileVersion:
    """From now on its devices follow this version (the newest) and may raise alarms. `unproven`: whoever approves has compared it with a device, for
    no test message came with it; `fewer`: she knows what it raises no alarm by any more. Raises Forbidden, NotFound, Invalid, Conflict."""
    with transaction():
        profile = _installed(actor, profile_id)
        version = _numbered(profile, number)
        if not version.rules:
            raise Invalid(_("Nothing is mapped yet: the device could say nothing."), "rules")
        if version.passed < version.total:
            raise Conflict(
                _(
                    "{n} of its {total} test messages are read wrongly. It may not raise alarms.",
                    n=version.total - version.passed,
                    total=version.total,
                )
            )
        if not version.total and not unproven:
            raise Invalid(
                _(
                    "No test message came with this codec. Please compare what it says with a device, and confirm that you did."
                ),
                "unproven",
            )
        if not fewer and (points := lost(profile, version)):
            raise Invalid(
                _(
                    "By this version its devices would raise no alarm any more by: {points}. Please map these too, or confirm that you want that.",
                    points=", ".join(points),
                ),
                "fewer",
            )
        version.state, version.approved_by, version.approved_at = (
            states.APPROVED,
            actor.name[:80],
            clock.now(),
        )
        version.save()
        _follow(profile, version)
        _record(
            actor, "device.approve", profile, version, rules=version.rules, unproven=unproven, fewer=fewer
        )
    return version


def disable(actor: Actor, profile_id: int, why: str = "") -> None:
    """Its codec is not run and its devices raise nothing, until it is approved again. Raises Forbidden, NotFound."""
    with transaction():
        profile = _installed(actor, profile_id)
        profile.state, profile.decoder, profile.changed_at = states.DISABLED, OFF, clock.now()
        profile.save()
        audit.record(actor, "device.disable", f"device_profile:{profile.id}", why=why)
        after_commit(store.write_lock, once=True)


def roll_back(actor: Actor, profile_id: int) -> ProfileVersion:
    """Its devices follow the version that was approved before the one they follow. Raises Forbidden, NotFound, Conflict."""
    with transaction():
        profile = _installed(actor, profile_id)
        versions = of(profile)
        followed = next(version for version in versions if version.id == profile.version_id)
        former = next((v for v in versions if v.number < followed.number and v.approved_at is not None), None)
        if former is None:
            raise Conflict(_("No earlier version of it was approved."))
        _follow(profile, former)
        _record(actor, "device.roll_back", profile, former, before=followed.number)
    return former


def remove(actor: Actor, profile_id: int) -> None:
    """Raises Forbidden, NotFound, and Conflict while devices in use are of this model."""
    with transaction():
        profile = _installed(actor, profile_id)
        of_it = Device.profile_id == profile.id
        in_use = Device.select().where(of_it & (Device.status != "retired")).count()
        if in_use:
            raise Conflict(ngettext("{n} device is of this model.", "{n} devices are of this model.", in_use))
        gone = [version.sha256 for version in of(profile)]
        Device.update(profile_id=None).where(of_it).execute()
        ProfileVersion.delete().where(ProfileVersion.profile_id == profile.id).execute()
        profile.delete_instance()
        audit.record(
            actor,
            "device.remove",
            f"device_profile:{profile.id}",
            before={"name": profile.name, "key": profile.key},
        )
        after_commit(lambda: store.clear(gone))
        after_commit(store.write_lock, once=True)


def tested(version_id: int, passed: int, engine: str) -> None:
    """What a new run of its test messages gave. An approved one stays approved: whoever ran them is told, and no detector falls silent by it."""
    with transaction():
        version = ProfileVersion.get_by_id(version_id)
        version.passed, version.engine = passed, engine
        if version.approved_at is None:
            prove = states.mapped if version.rules else states.proven
            version.state = prove(version.passed, version.total)
        version.save()
        _follow_newest(DeviceProfile.get_by_id(version.profile_id), version)
        after_commit(store.write_lock, once=True)


def _follow_newest(profile: DeviceProfile, version: ProfileVersion) -> None:
    """While none was approved there is nothing to lose: its devices show what the newest one reads."""
    believed = ProfileVersion.profile_id == profile.id
    if profile.state != states.DISABLED and not (
        ProfileVersion.select().where(believed & ProfileVersion.approved_at.is_null(False)).exists()
    ):
        _follow(profile, version)


def _follow(profile: DeviceProfile, version: ProfileVersion) -> None:
    profile.version_id, profile.state, profile.rules = version.id, version.state, version.rules
    profile.decoder, profile.changed_at = VENDOR + version.sha256, clock.now()
    profile.save()


def _copy(version: ProfileVersion) -> ProfileVersion:
    """The same codec once more, to be mapped otherwise."""
    values = {
        field.name: getattr(version, field.name)
        for field in ProfileVersion._meta.sorted_fields
        if field.name not in ("id", "number", "approved_by", "approved_at")
    }
    made: ProfileVersion = ProfileVersion.create(**values, number=version.number + 1)
    return made


def _numbered(profile: DeviceProfile, number: int | None) -> ProfileVersion:
    versions = of(profile)
    if number is None:
        return versions[0]
    found = next((version for version in versions if version.number == number), None)
    if found is None:
        raise NotFound(_("{key} has no version {n}.", key=profile.key, n=number))
    return found


def _installed(actor: Actor, profile_id: int) -> DeviceProfile:
    devices.changeable(actor, profile_id)
    profile = _locked(DeviceProfile.id == profile_id)
    if profile is None or profile.version_id is None:
        raise NotFound()
    return profile


def _locked(which: Any) -> DeviceProfile | None:
    query = DeviceProfile.select().where(which)
    found: DeviceProfile | None = (query.for_update() if is_postgres() else query).first()
    return found


def _record(
    actor: Actor,
    act: str,
    profile: DeviceProfile,
    version: ProfileVersion,
    *,
    before: Any = None,
    **more: Any,
) -> None:
    audit.record(
        actor, act, f"device_profile:{profile.id}", before=before, after={"key": profile.key, **version.mark, **more}
    )  # fmt: skip
    after_commit(store.write_lock, once=True)

"""What is decoded and can raise no alarm, though it sounds as if it should: told of wherever a model or its devices are shown."""

from __future__ import annotations

from collections.abc import Sequence

from iot.models import Device, DeviceProfile
from iot.profiles import meaning, suggesting, versions
from iot.profiles.models import ProfileVersion

_MOST_DEVICES = 2_000


def of_profiles(profiles: Sequence[DeviceProfile]) -> dict[int, list[str]]:
    """By model the names that sound like danger and that its mapping does not read, from its test messages and what its devices said last; models
    without any are left out."""
    followed = {profile.version_id: profile.id for profile in profiles if profile.version_id is not None}
    names: dict[int, dict[str, None]] = {profile.id: {} for profile in profiles}
    for version in ProfileVersion.select().where(ProfileVersion.id.in_(list(followed))) if followed else ():
        names[followed[version.id]].update(
            dict.fromkeys(suggesting.unheard(meaning.names(version), versions.rules_of(version)))
        )
    said = Device.select(Device.profile_id, Device.unread).where(
        Device.profile_id.in_(list(names)) & (Device.status != "retired")
    )
    for number, unread in said.limit(_MOST_DEVICES).tuples():
        names[number].update(dict.fromkeys(of_device(unread)))
    return {number: list(found) for number, found in names.items() if found}


def of_device(unread: dict[str, object]) -> list[str]:
    """Of the names that a device said and nothing reads (`Device.unread`)."""
    return suggesting.unheard(unread, ())

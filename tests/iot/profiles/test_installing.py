"""A model of devices from a repository: believed step by step, and never further than its test messages and a person say."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from backend.core import audit
from backend.core import clock as clocks
from backend.core.access import SYSTEM
from backend.core.audit import AuditEntry
from backend.core.errors import Conflict, Invalid, LinliError, NotFound
from backend.core.i18n import render
from iot import storing
from iot.mapping import written
from iot.models import Device, DeviceProfile, QuarantinedMessage, Reading
from iot.profiles import installing, meaning, sources, states, store, versions
from iot.profiles.installing import Installed
from iot.profiles.models import ProfileVersion
from iot.uplink import Arrived, Unreadable
from tests.databases import TestDatabase
from tests.iot.profiles import repositories

EUI = "a840410000000001"


@pytest.fixture(autouse=True)
def _own_var(tmp_path: Path, configure: Callable[..., None], sqlite_database: TestDatabase) -> None:
    configure(VAR_DIR=str(tmp_path / "var"))


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    root = repositories.checked_out(repositories.chirpstack(tmp_path / "chirpstack"))
    sources.add(SYSTEM, "chirpstack", root)
    return root


def model(key: str = "acme/smoke-1") -> DeviceProfile:
    return DeviceProfile.get(DeviceProfile.key == key)  # type: ignore[no-any-return]


def mapped(*rules: str) -> ProfileVersion:
    return versions.give_meaning(SYSTEM, model().id, [written(rule) for rule in rules])


def says(payload: bytes, number: int, port: int = 2) -> None:
    """The smoke detector, through ChirpStack."""
    import base64

    body = {
        "deduplicationId": f"d{number}", "deviceInfo": {"devEui": EUI, "deviceName": "Kitchen"},
        "fPort": port, "data": base64.b64encode(payload).decode(),
    }  # fmt: skip
    topic = f"application/1/device/{EUI}/event/up"
    storing.store([Arrived(topic, json.dumps(body).encode(), clocks.now())])


def lock() -> Any:
    return json.loads((store.folder() / store.LOCK).read_text())["profiles"]


def test_what_was_installed_can_be_proven_later(checkout: Path) -> None:
    done = installing.install(SYSTEM, "acme/smoke-1")
    assert (done.version.state, done.version.passed, done.version.total) == (states.PASSED, 3, 3)
    (said,) = lock()["acme/smoke-1"]
    assert (said["source"], said["commit"], said["licence"], said["firmware"]) == (
        "chirpstack", repositories.COMMIT, "MIT", "1.10",
    )  # fmt: skip
    assert said["accepted_by"] == "Linli" and said["accepted_at"] and said["engine"].startswith("quickjs-ng ")
    assert said["vectors"] == {"passed": 3, "total": 3} and said["followed"]
    home = store.folder() / said["sha256"]
    assert (home / "codec.js").read_text() == repositories.SMOKE
    assert (home / "LICENSE").read_text() == repositories.MIT
    assert (home / "codec.js").stat().st_mode & 0o777 == 0o444
    assert AuditEntry.get(AuditEntry.action == "device.install") and audit.verify().broken_at is None


def test_it_works_without_its_source(checkout: Path) -> None:
    installing.install(SYSTEM, "acme/smoke-1")
    sources.remove(SYSTEM, "chirpstack")
    version = mapped("smoke=SMOKE_ALARM")
    assert not any(one.wrong for one in installing.retry(version))
    (fire, quiet) = meaning.of_vectors(version, versions.rules_of(version))
    assert (fire.read.values, quiet.read.values) == ({"smoke": True}, {"smoke": False})
    assert set(fire.read.left) == {"battery", "seen"}


def test_only_what_somebody_approved_is_believed(checkout: Path) -> None:
    installing.install(SYSTEM, "acme/smoke-1")
    with pytest.raises(Invalid):
        versions.approve(SYSTEM, model().id)
    mapped("smoke=SMOKE_ALARM", "battery=battery")
    assert model().state == states.MAPPED
    says(b"\0\xc8", 1)
    Device.update(profile_id=model().id, status="active").execute()
    says(b"\1\xc8", 2)
    assert Reading.select().order_by(Reading.id.desc()).get().values == {"smoke": True, "battery": 100}
    versions.approve(SYSTEM, model().id)
    assert model().state == states.APPROVED
    assert lock()["acme/smoke-1"][0]["approved_by"] == "Linli"


def test_a_codec_that_reads_its_own_examples_wrongly_is_refused_or_kept_from_alarms(tmp_path: Path) -> None:
    root = repositories.chirpstack(tmp_path / "in", smoke=repositories.SMOKE.replace("/ 2", "/ 3"))
    sources.add(SYSTEM, "chirpstack", root)
    with pytest.raises(Conflict, match="messages are read wrongly"):
        installing.install(SYSTEM, "acme/smoke-1")
    assert not DeviceProfile.select().exists() and not store.folder().exists()
    done = installing.install(SYSTEM, "acme/smoke-1", allow_failing=True)
    assert (done.version.state, len(done.failing)) == (states.IMPORTED, 2)
    assert mapped("smoke=SMOKE_ALARM").state == states.IMPORTED
    with pytest.raises(Conflict):
        versions.approve(SYSTEM, model().id, unproven=True)


def test_what_came_without_test_messages_needs_somebody_who_compared_it(checkout: Path) -> None:
    assert installing.install(SYSTEM, "acme/bare-1").version.state == states.IMPORTED
    bare = model("acme/bare-1")
    versions.give_meaning(SYSTEM, bare.id, [written("door_open=doorOpenStatus")])
    with pytest.raises(Invalid):
        versions.approve(SYSTEM, bare.id)
    assert versions.approve(SYSTEM, bare.id, unproven=True).state == states.APPROVED


@pytest.mark.parametrize(
    "source", ["this is no JavaScript", "while (true) {}", "throw new Error('no')", "\xff" * 10]
)
def test_what_is_no_codec_is_not_installed(tmp_path: Path, source: str) -> None:
    root = repositories.chirpstack(tmp_path / "in", tests="[]")
    (root / "vendors/acme/codecs/smoke.js").write_text(source, encoding="latin-1")
    sources.add(SYSTEM, "chirpstack", root)
    with pytest.raises(Invalid):
        installing.install(SYSTEM, "acme/smoke-1")
    assert not ProfileVersion.select().exists()


def test_a_licence_that_asks_for_more_is_accepted_by_name(tmp_path: Path) -> None:
    sources.add(SYSTEM, "gpl", repositories.chirpstack(tmp_path / "in", licence=repositories.GPL))
    for accept in ("", "MIT"):
        with pytest.raises(Conflict):
            installing.install(SYSTEM, "acme/smoke-1", accept=accept)
    assert installing.install(SYSTEM, "acme/smoke-1", accept="gpl-3.0").version.licence == "GPL-3.0"


def test_a_whole_repository_is_taken_only_where_its_terms_allow_it(tmp_path: Path, checkout: Path) -> None:
    sources.add(SYSTEM, "ttn", repositories.ttn(tmp_path / "ttn"))
    with pytest.raises(Conflict):
        list(installing.install_all(SYSTEM, "ttn"))
    done = dict(installing.install_all(SYSTEM, "chirpstack"))
    assert [key for key, one in done.items() if isinstance(one, Installed)] == ["acme/bare-1", "acme/smoke-1"]
    (checkout / "LICENSE").write_text(repositories.GPL)
    left = dict(installing.install_all(SYSTEM, "chirpstack"))
    assert all(isinstance(one, LinliError) for one in left.values())


def test_one_device_of_the_things_networks_repository_is_installed(tmp_path: Path) -> None:
    sources.add(SYSTEM, "ttn", repositories.ttn(tmp_path / "ttn"))
    done = installing.install(SYSTEM, "acme/door-1", accept="NOASSERTION")
    assert (done.version.state, model("acme/door-1").says) == (states.PASSED, ["ttn:acme/door-1"])
    sources.add(SYSTEM, "ttn", repositories.ttn(tmp_path / "other", valve="yes"))
    with pytest.raises(Conflict):
        installing.install(SYSTEM, "acme/door-1", accept="NOASSERTION")


def test_devices_follow_a_new_codec_only_when_it_is_approved_too(checkout: Path) -> None:
    installing.install(SYSTEM, "acme/smoke-1")
    mapped("smoke=SMOKE_ALARM")
    first = versions.approve(SYSTEM, model().id)
    repositories.chirpstack(checkout, smoke=repositories.SMOKE + "// mended")
    second = installing.install(SYSTEM, "acme/smoke-1").version
    assert (second.number, second.state, second.rules) == (2, states.PASSED, [])
    assert (model().version_id, model().state, model().rules) == (first.id, states.APPROVED, first.rules)
    versions.give_meaning(SYSTEM, model().id, versions.former_rules(second))
    assert model().version_id == first.id
    versions.approve(SYSTEM, model().id)
    assert (model().version_id, model().decoder) == (second.id, f"vendor:{second.sha256}")
    assert versions.roll_back(SYSTEM, model().id).number == 1
    assert (model().decoder, model().state) == (f"vendor:{first.sha256}", states.APPROVED)
    with pytest.raises(Conflict):
        versions.roll_back(SYSTEM, model().id)
    assert versions.approve(SYSTEM, model().id, 2).number == 2
    assert [v["followed"] for v in lock()["acme/smoke-1"]] == [False, True]


def test_another_mapping_of_the_same_codec_is_a_version_too(checkout: Path) -> None:
    installing.install(SYSTEM, "acme/smoke-1")
    mapped("smoke=SMOKE_ALARM")
    versions.approve(SYSTEM, model().id)
    again = mapped("smoke=SMOKE_ALARM==2")
    assert (again.number, again.state, model().rules) == (
        2,
        states.MAPPED,
        [written("smoke=SMOKE_ALARM").to_json()],
    )


def test_a_version_that_knows_less_danger_is_not_approved_unawares(checkout: Path) -> None:
    installing.install(SYSTEM, "acme/smoke-1")
    mapped("smoke=SMOKE_ALARM")
    first = versions.approve(SYSTEM, model().id)
    mapped("battery=battery")
    with pytest.raises(Invalid) as told:
        versions.approve(SYSTEM, model().id)
    assert "smoke" in render(told.value.text, "en") and model().version_id == first.id
    assert versions.approve(SYSTEM, model().id, fewer=True).number == 2


def test_the_same_again_changes_nothing(checkout: Path) -> None:
    first = installing.install(SYSTEM, "acme/smoke-1").version
    mapped("smoke=SMOKE_ALARM")
    assert installing.install(SYSTEM, "acme/smoke-1").version.id == first.id
    assert (ProfileVersion.select().count(), model().state) == (1, states.MAPPED)


def test_what_is_switched_off_puts_its_messages_aside_for_later(checkout: Path) -> None:
    installing.install(SYSTEM, "acme/smoke-1")
    mapped("smoke=SMOKE_ALARM")
    versions.approve(SYSTEM, model().id)
    says(b"\0\xc8", 1)
    Device.update(profile_id=model().id, status="active").execute()
    versions.disable(SYSTEM, model().id, "reads nonsense")
    says(b"\1\xc8", 2)
    assert "switched off" in QuarantinedMessage.get().why
    versions.approve(SYSTEM, model().id)
    says(b"\1\xc8", 3)
    assert Device.get().points["smoke"][0] is True


def test_a_model_in_use_is_not_removed_and_nothing_of_one_that_is_stays(checkout: Path) -> None:
    sha256 = installing.install(SYSTEM, "acme/smoke-1").version.sha256
    says(b"\0\xc8", 1)
    Device.update(profile_id=model().id, status="active").execute()
    with pytest.raises(Conflict):
        versions.remove(SYSTEM, model().id)
    Device.update(status="retired").execute()
    versions.remove(SYSTEM, model().id)
    assert not (store.folder() / sha256).exists() and lock() == {}
    assert Device.get().profile_id is None and not ProfileVersion.select().exists()
    with pytest.raises(NotFound):
        versions.by_key("acme/smoke-1")


def test_a_codec_that_was_changed_on_disk_is_not_run(checkout: Path) -> None:
    version = installing.install(SYSTEM, "acme/smoke-1").version
    file = store.folder() / version.sha256 / "codec.js"
    file.chmod(0o644)
    file.write_text(repositories.SMOKE.replace("input.bytes[0]", "0"))
    with pytest.raises(Unreadable):
        installing.retry(version)


def test_two_sources_with_the_same_model_are_told_apart(tmp_path: Path, checkout: Path) -> None:
    sources.add(SYSTEM, "other", repositories.chirpstack(tmp_path / "other"))
    with pytest.raises(Conflict):
        installing.install(SYSTEM, "acme/smoke-1")
    assert installing.install(SYSTEM, "acme/smoke-1", "other").version.source == "other"


def test_a_model_made_by_hand_is_not_overwritten(checkout: Path) -> None:
    from iot.registry import devices

    devices.save_profile(SYSTEM, "acme/smoke-1", "Ours", [written("smoke=x")])
    with pytest.raises(Conflict):
        installing.install(SYSTEM, "acme/smoke-1")
    with pytest.raises(NotFound):
        versions.disable(SYSTEM, model().id)


def test_an_installed_model_is_not_approved_or_changed_as_one_made_by_hand_is(checkout: Path) -> None:
    from iot.registry import devices

    installing.install(SYSTEM, "acme/smoke-1")
    mapped("smoke=SMOKE_ALARM")
    with pytest.raises(Conflict):
        devices.approve(SYSTEM, model().id)
    with pytest.raises(Conflict):
        devices.save_profile(SYSTEM, "acme/smoke-1", "x", [], profile_id=model().id)

"""What the operator does with device repositories at the command line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask

from iot.cli import devices_group
from iot.models import DeviceProfile
from iot.profiles.models import ProfileVersion
from tests.databases import TestDatabase
from tests.iot.profiles import repositories

Run = Callable[..., Result]


@pytest.fixture
def run(sqlite_database: TestDatabase, tmp_path: Path, configure: Callable[..., None]) -> Run:
    """`run("search", "smoke")`: with a source of each layout named."""
    configure(VAR_DIR=str(tmp_path / "var"))
    app = Flask("operator")
    app.cli.add_command(devices_group)
    runner = app.test_cli_runner()

    def said(*args: str) -> Result:
        return runner.invoke(args=["devices", "profiles", *args])

    zipped = repositories.zipped(repositories.chirpstack(tmp_path / "in"), tmp_path / "profiles.zip")
    assert said("source", "add", "chirpstack", str(zipped)).exit_code == 0
    assert said("source", "add", "ttn", str(repositories.ttn(tmp_path / "ttn"))).exit_code == 0
    return said


def test_the_way_of_a_model_at_the_command_line(run: Run, tmp_path: Path) -> None:
    assert "chirpstack  chirpstack" in run("source", "list").output
    assert "acme/smoke-1  [chirpstack]  Acme Smoke One: Smoke detector" in run("search", "SMOKE").output
    shown = run("show", "acme/smoke-1").output
    assert repositories.COMMIT in shown and "MIT (LICENSE)" in shown and "free of charge" in shown
    installed = run("install", "acme/smoke-1", "--accept-licence", "MIT")
    assert "vectors-pass, 3 of 3 vectors pass, MIT" in installed.output
    about = run("map", "acme/smoke-1")
    assert "suggestion, not applied: --point smoke=SMOKE_ALARM  (seen: 1, 0)" in about.output
    assert "DECODED, CANNOT ALARM: SMOKE_ALARM" in about.output
    fixture = tmp_path / "payload.json"
    fixture.write_text(
        json.dumps([{"fPort": 2, "bytes": "0164"}, {"fPort": 2, "data": "AGQ="}, {"SMOKE_ALARM": "on"}])
    )
    point = ["--point", "smoke=SMOKE_ALARM==1", "--dry-run"]
    tried = run("map", "acme/smoke-1", *point, str(fixture)).output
    for line in (
        "fire: smoke=True",
        "quiet: smoke=False",
        "1: smoke=True",
        "2: smoke=False",
        "3: smoke=False",
    ):
        assert line in tried
    assert "fire: smoke=True" in run("map", "acme/smoke-1", *point).output
    assert not DeviceProfile.get().rules
    assert "mapped" in run("map", "acme/smoke-1", "--point", "smoke=SMOKE_ALARM").output
    assert ": approved, 3 of 3" in run("approve", "acme/smoke-1").output
    assert "* acme/smoke-1 version 1: approved" in run("list").output
    assert "3 of 3 pass" in run("test", "--all").output
    assert "switched off" in run("disable", "acme/smoke-1", "--why", "trial").output
    assert ": disabled, 3 of 3" in run("list").output
    assert "No earlier version" in run("rollback", "acme/smoke-1").output
    assert "removed" in run("remove", "acme/smoke-1").output
    assert run("source", "remove", "ttn").exit_code == 0


def test_the_list_warns_beneath_the_version_that_cannot_alarm_and_not_beneath_the_one_devices_follow(
    run: Run,
) -> None:
    run("install", "acme/smoke-1")
    run("map", "acme/smoke-1", "--point", "smoke=SMOKE_ALARM")
    run("approve", "acme/smoke-1")
    run("map", "acme/smoke-1", "--point", "battery=battery")
    run("approve", "acme/smoke-1", "--fewer")
    run("rollback", "acme/smoke-1")
    newest, warning, followed = run("list").output.splitlines()
    assert newest.startswith("acme/smoke-1 version 2") and followed.startswith("* acme/smoke-1 version 1")
    assert warning == "  DECODED, CANNOT ALARM: SMOKE_ALARM"


def test_what_cannot_be_is_told_in_words(run: Run, tmp_path: Path) -> None:
    for args, words in (
        (["install", "acme/none"], "No source has a codec"),
        (["install", "acme/door-1"], "--accept-licence NOASSERTION"),
        (["install", "--all", "--source", "ttn"], "one by one"),
        (["map", "acme/smoke-1"], "not installed"),
        (["search", "x", "--source", "nothing"], "no source named"),
        (["source", "add", "bad", str(tmp_path)], "no device repository"),
    ):
        told = run(*args)
        assert (told.exit_code, words in told.output) == (1, True), told.output


def test_all_of_a_free_repository_is_installed_at_once(run: Run) -> None:
    told = run("install", "--all", "--source", "chirpstack")
    assert told.exit_code == 0 and "2 installed, 0 left out" in told.output


def test_a_codec_that_fails_its_tests_today_is_told_with_an_exit_code(run: Run) -> None:
    run("install", "acme/smoke-1")
    version = ProfileVersion.get()
    version.vectors = version.vectors.replace('"SMOKE_ALARM": 1', '"SMOKE_ALARM": 7')
    version.save()
    told = run("test", "acme/smoke-1")
    assert told.exit_code == 1 and "read wrongly: fire: data.SMOKE_ALARM: 1 instead of 7" in told.output
    assert ProfileVersion.get().state == "imported"

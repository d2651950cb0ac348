"""What lies in a device repository is read as its authors meant it, and nothing outside of it is."""

from __future__ import annotations

import stat
import zipfile
from pathlib import Path

import pytest

from backend.core.errors import Invalid, LinliError, NotFound
from iot.profiles import comparing, layouts, licences, loose_json, suggesting, tree
from iot.profiles.layouts import plain_yaml
from iot.profiles.layouts.found import matches, newest
from tests.iot.profiles import repositories


@pytest.mark.parametrize("packed", [False, True])
def test_a_checkout_says_what_it_stands_at(tmp_path: Path, packed: bool) -> None:
    repositories.checked_out(tmp_path, packed=packed)
    assert tree.opened(tmp_path).commit == repositories.COMMIT


def test_a_zip_is_read_like_the_folder_that_it_was(tmp_path: Path) -> None:
    root = repositories.chirpstack(tmp_path / "checkout")
    zipped = tree.opened(repositories.zipped(root, tmp_path / "it.zip"))
    folder = tree.opened(root)
    assert (zipped.commit, folder.commit) == (repositories.COMMIT, "")
    assert zipped.read("LICENSE") == folder.read("LICENSE")
    for of in (zipped, folder):
        found = layouts.of(of).found(of, "acme/smoke-1")
        assert (found.firmware, found.codec, len(found.vectors)) == (
            "1.10",
            "vendors/acme/codecs/smoke.js",
            3,
        )
        assert found.says == ("chirpstack:55deef19-c13c-4b69-a10d-2e89f6398a02", "ttn:acme/smoke-1")
        assert layouts.of(of).found(of, "acme/smoke-1", "1.9").codec.endswith("old.js")
        assert [e.key for e in layouts.of(of).entries(of, ("door",))] == []
        assert [e.key for e in layouts.of(of).entries(of, ("smoke", "acme"))] == ["acme/smoke-1"]


def test_the_things_networks_layout_is_read(tmp_path: Path) -> None:
    of = tree.opened(repositories.ttn(tmp_path))
    layout = layouts.of(of)
    (entry,) = layout.entries(of, ("door",))
    found = layout.found(of, "acme/door-1")
    assert (entry.key, entry.name, layout.IN_BULK) == ("acme/door-1", "Acme Ltd. Door contact", False)
    assert (found.codec, found.says) == ("vendor/acme/js/door.js", ("ttn:acme/door-1",))
    assert found.vectors[0].expected == {"data": {"doorOpenStatus": "On"}}


@pytest.mark.parametrize(
    "name", ["../outside.js", "/etc/passwd", "a/../../outside.js", "C:/x.js", "..\\outside.js"]
)
def test_no_name_leads_out_of_a_repository(tmp_path: Path, name: str) -> None:
    (tmp_path / "outside.js").write_text("secret")
    (tmp_path / "in").mkdir()
    with pytest.raises(Invalid):
        tree.opened(tmp_path / "in").read(name)
    with zipfile.ZipFile(tmp_path / "slip.zip", "w") as archive:
        archive.writestr("LICENSE", "x")
        archive.writestr(name, "x")
    with pytest.raises(Invalid):
        tree.opened(tmp_path / "slip.zip")


def test_links_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    root = repositories.chirpstack(tmp_path / "in")
    codec = root / "vendors/acme/codecs/smoke.js"
    codec.unlink()
    codec.symlink_to(tmp_path / "secret")
    (root / "vendors/linked").symlink_to(root / "vendors/acme")
    of = tree.opened(root)
    for name in ("vendors/acme/codecs/smoke.js", "vendors/linked/vendor.toml"):
        with pytest.raises(Invalid):
            of.read(name)
    assert of.folders("vendors") == ["acme"]
    with zipfile.ZipFile(tmp_path / "link.zip", "w") as archive:
        entry = zipfile.ZipInfo("codec.js")
        entry.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(entry, "/etc/passwd")
    with pytest.raises(Invalid):
        tree.opened(tmp_path / "link.zip").read("codec.js")


def test_what_is_too_large_is_refused_whatever_size_it_claims(tmp_path: Path) -> None:
    (tmp_path / "big.js").write_bytes(b" " * (tree.LARGEST + 1))
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(tmp_path / "big.js", "big.js")
    for of in (tree.opened(tmp_path), tree.opened(tmp_path / "bomb.zip")):
        with pytest.raises(Invalid):
            of.read("big.js")


def test_a_codec_that_lies_elsewhere_is_not_taken(tmp_path: Path) -> None:
    root = repositories.ttn(tmp_path / "in")
    about = root / "vendor/acme/door-codec.yaml"
    about.write_text(about.read_text().replace("js/door.js", "../../../outside.js"))
    with pytest.raises(Invalid):
        layouts.LAYOUTS["ttn"].found(tree.opened(root), "acme/door-1")


@pytest.mark.parametrize("key", ["acme", "acme/", "../acme/smoke-1", "acme/../x", "acme/nothing"])
def test_what_is_not_there_is_told(tmp_path: Path, key: str) -> None:
    of = tree.opened(repositories.chirpstack(tmp_path))
    with pytest.raises(NotFound):
        layouts.of(of).found(of, key)


EXPECTING = '[{{"input": {{"fPort": {0}, "bytes": [1]}}, "expected": {{"data": {1}}}}}]'


@pytest.mark.parametrize(
    "tests",
    [
        *("[", "{}", '[{"input": {}}]', '[{"input": {"bytes": [300]}, "expected": {}}]', "[" * 9000),
        *(EXPECTING.format(10**30, "{}"), EXPECTING.format(-1, "{}")),
        EXPECTING.format(1, "[" * 200 + "]" * 200),
    ],
)
def test_test_messages_that_cannot_be_run_are_none_that_passed(tmp_path: Path, tests: str) -> None:
    of = tree.opened(repositories.chirpstack(tmp_path, tests=tests))
    with pytest.raises(Invalid):
        layouts.of(of).found(of, "acme/smoke-1")


@pytest.mark.parametrize(
    "device", ["device = 5", "[device]\nfirmware = 5", "[device]\nfirmware = [5]", "not toml"]
)
def test_a_device_that_is_written_wrongly_hides_no_other(tmp_path: Path, device: str) -> None:
    root = repositories.chirpstack(tmp_path)
    (root / "vendors/acme/devices/smoke-1.toml").write_text(device)
    of = tree.opened(root)
    assert "acme/bare-1" in [entry.key for entry in layouts.of(of).entries(of)]
    with pytest.raises(LinliError):
        layouts.of(of).found(of, "acme/smoke-1")


@pytest.mark.parametrize("file", ["index.yaml", "door-1.yaml", "door-codec.yaml"])
@pytest.mark.parametrize(
    "text", ["", "5", "[a]", "a: [", "uplinkDecoder: 5", "firmwareVersions: [5, {profiles: 5}]"]
)
def test_yaml_that_is_written_wrongly_is_told(tmp_path: Path, file: str, text: str) -> None:
    root = repositories.ttn(tmp_path)
    (root / "vendor/acme" / file).write_text(text)
    of = tree.opened(root)
    list(layouts.of(of).entries(of))
    if file != "index.yaml":
        with pytest.raises(LinliError):
            layouts.of(of).found(of, "acme/door-1")


def test_json_written_by_hand_is_read() -> None:
    text = """// head
    {"a//b": 0x78, 'c': 'it\\'s "x"', d: [1, 2, /* , */ ], "e": -0x10, "f": 10.50, "g": true, "h": undefined, "u": "http://x",}"""
    assert loose_json.read(text) == {
        "a//b": 120, "c": 'it\'s "x"', "d": [1, 2], "e": -16, "f": 10.5, "g": True, "h": None, "u": "http://x",
    }  # fmt: skip


def test_yaml_is_read_as_javascript_reads_it() -> None:
    read = plain_yaml.read(
        "{a: On, b: N, c: 0x10, d: 1e3, e: 2021-04-01, f: true, g: , h: 12:30, i: 08, j: -.5}"
    )
    assert read == {
        "a": "On", "b": "N", "c": 16, "d": 1000.0, "e": "2021-04-01", "f": True, "g": None, "h": "12:30", "i": 8, "j": -0.5,
    }  # fmt: skip


LAUGHS = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{n}: &{n} [{','.join(['*' + p] * 9)}]\n" for p, n in zip("abcdefg", "bcdefgh", strict=True)
)


@pytest.mark.parametrize(
    "text", ["a: [", "!!python/object/apply:os.system [ls]", "&a [*a]", LAUGHS, "[" * 200_000, "- " * 100_000]
)
def test_yaml_that_means_more_than_it_says_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        plain_yaml.read(text)


@pytest.mark.parametrize(
    ("text", "name", "free"),
    [
        (repositories.MIT, "MIT", True),
        (repositories.GPL, "GPL-3.0", False),
        ("Apache License\n        Version 2.0, January 2004", "Apache-2.0", True),
        ("All rights reserved.", "NOASSERTION", False),
    ],
)
def test_a_licence_is_known_by_its_text(tmp_path: Path, text: str, name: str, free: bool) -> None:
    licence = licences.of(
        tree.opened(repositories.chirpstack(tmp_path, licence=text)), "vendors/acme/codecs/smoke.js"
    )
    assert (licence.name, licence.free, licence.path, licence.text) == (name, free, "LICENSE", text)


def test_the_nearest_licence_counts_and_the_codecs_own_word_before_it(tmp_path: Path) -> None:
    root = repositories.chirpstack(tmp_path)
    (root / "vendors/acme/COPYING").write_text(repositories.GPL)
    codec = root / "vendors/acme/codecs/smoke.js"
    of = tree.opened(root)
    assert licences.of(of, "vendors/acme/codecs/smoke.js").name == "GPL-3.0"
    codec.write_text("// SPDX-License-Identifier: Apache-2.0\n" + repositories.SMOKE)
    assert licences.of(of, "vendors/acme/codecs/smoke.js").name == "Apache-2.0"
    (root / "vendors/acme/COPYING").unlink()
    (root / "LICENSE").unlink()
    codec.write_text(repositories.SMOKE)
    assert licences.of(of, "vendors/acme/codecs/smoke.js") == licences.Licence("NONE")


@pytest.mark.parametrize(
    ("wanted", "given", "same"),
    [
        ({"a": 1}, {"a": 1.0}, True),
        ({"a": 0.1 + 0.2}, {"a": 0.3}, True),
        ({"a": 1.00001}, {"a": 1}, False),
        ({"a": None}, {}, True),
        ({}, {"a": None, "b": 1}, False),
        ({"a": True}, {"a": 1}, False),
        ({"a": "2024-01-01T00:00:00Z"}, {"a": "2024-01-01T08:00:00.002+08:00"}, True),
        ({"a": "2024-01-01T00:00:00Z"}, {"a": "2024-01-01T00:00:00.003Z"}, False),
        ({"a": [1, 2]}, {"a": [1]}, False),
        ({"a": "x"}, {"a": "X"}, False),
        ({"a": {"b": []}}, {"a": {"b": {}}}, False),
    ],
)
def test_answers_are_compared_as_the_acceptance_vectors_are(
    wanted: object, given: object, same: bool
) -> None:
    assert bool(comparing.difference(wanted, given)) is not same


def test_versions_are_ordered_by_their_numbers() -> None:
    assert newest({"1.9": 1, "1.10": 2, "1.10-rc": 3, "beta": 4}) in ("1.10", "1.10-rc")


def test_a_word_is_found_where_one_begins() -> None:
    assert matches(("door",), "Acme", "front_door contact")
    assert not matches(("door",), "indoor climate")
    assert matches(("门磁",), "智能门磁传感器")


@pytest.mark.parametrize(
    "name",
    [
        "SMOKE_ALARM",
        "gasAlarm",
        "water.leak-status",
        "coAlarm",
        "sosPressed",
        "烟雾报警",
        "panicButton",
        "alarm",
    ],
)
def test_a_name_that_sounds_like_danger_is_not_overheard(name: str) -> None:
    assert suggesting.unheard([name], []) == [name]


@pytest.mark.parametrize(
    "name", ["co2", "CO2_ppm", "temperature", "gasMeterTotal", "alarm_threshold", "battery", "falling_edge"]
)
def test_a_name_that_measures_is_not_called_danger(name: str) -> None:
    assert not suggesting.dangerous(name)


@pytest.mark.parametrize(
    ("name", "values", "text"),
    [
        ("SMOKE_ALARM", [0, 1], "smoke=SMOKE_ALARM"),
        ("waterLeakStatus", ["normal", "leak"], "water_leak=waterLeakStatus"),
        ("DOOR_OPEN_STATUS", [1], "door_open=DOOR_OPEN_STATUS"),
        ("BatV", [3.3], "battery_voltage=BatV"),
        ("battery", [3300], "battery_voltage=battery*0.001"),
        ("battery", [97], "battery=battery"),
        ("TempC_SHT", [21.5], "temperature=TempC_SHT"),
    ],
)
def test_what_a_name_might_mean_is_suggested(name: str, values: list[object], text: str) -> None:
    (one,) = suggesting.suggestions({name: values})  # type: ignore[dict-item]
    assert (one.text, one.doubtful) == (text, ())


def test_a_suggestion_says_which_values_it_could_not_read() -> None:
    (one,) = suggesting.suggestions({"smoke": ["normal", "fire!"]})
    assert one.doubtful == ("fire!",)
    assert not suggesting.suggestions({"smoke": ["normal"]}, [one.rule])


def test_what_is_no_repository_says_so(tmp_path: Path) -> None:
    (tmp_path / "no.zip").write_bytes(b"PK\x03\x04 nothing")
    for path in (tmp_path, tmp_path / "no.zip", tmp_path / "absent"):
        with pytest.raises(LinliError):
            layouts.of(tree.opened(path))

"""The layout of chirpstack-device-profiles: vendors/<vendor>/{vendor.toml, devices/*.toml, codecs/*.js, codecs/test_decode_*.json}."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from typing import Any

from backend.core.errors import Invalid, NotFound
from backend.core.i18n import _
from iot.profiles import loose_json
from iot.profiles.layouts.found import Entry, Found, Vector, mapping, matches, newest, rows, split, vectors
from iot.profiles.tree import Tree, inside

NAME = "chirpstack"
IN_BULK = True
_ID = re.compile(r"[0-9a-fA-F-]{8,64}")


def fits(tree: Tree) -> bool:
    return any("vendor.toml" in tree.files(f"vendors/{vendor}") for vendor in tree.folders("vendors"))


def entries(tree: Tree, words: tuple[str, ...] = ()) -> Iterator[Entry]:
    for vendor in tree.folders("vendors"):
        if "vendor.toml" not in tree.files(f"vendors/{vendor}"):
            continue
        maker = _vendor_name(tree, vendor)
        for file in tree.files(f"vendors/{vendor}/devices"):
            model, dot, kind = file.rpartition(".")
            if not dot or kind != "toml":
                continue
            try:
                about = mapping(_toml(tree, f"vendors/{vendor}/devices/{file}").get("device"))
            except Invalid:
                continue  # one broken file hides no other
            entry = _entry(f"{vendor}/{model}", maker, about)
            if matches(words, entry.key, entry.name, entry.about):
                yield entry


def found(tree: Tree, key: str, firmware: str = "") -> Found:
    vendor, model = split(key)
    top = f"vendors/{vendor}"
    device = mapping(_toml(tree, f"{top}/devices/{model}.toml").get("device"))
    codecs = {
        str(row.get("version", "")): str(row["codec"])
        for row in map(mapping, rows(device.get("firmware")))
        if row.get("codec")
    }
    if not codecs:
        raise NotFound(_("The repository has no codec for {key}.", key=key))
    version = firmware or newest(codecs)
    if version not in codecs:
        raise NotFound(_("{key} has no firmware “{version}”.", key=key, version=version))
    codec = inside(f"{top}/codecs/{codecs[version]}")
    entry = _entry(key, _vendor_name(tree, vendor), device)
    ids = [str(device["id"])] if _ID.fullmatch(str(device.get("id"))) else []
    return Found(
        key, entry.name, entry.about, version, codec,
        (*(f"chirpstack:{one}" for one in ids), f"ttn:{key}"),
        _vectors(tree, codec),
    )  # fmt: skip


def _entry(key: str, maker: str, device: Mapping[str, Any]) -> Entry:
    name = str(device.get("name") or key.partition("/")[2])
    return Entry(key, f"{maker} {name}"[:80], str(device.get("description") or ""))


def _vendor_name(tree: Tree, vendor: str) -> str:
    try:
        about = mapping(_toml(tree, f"vendors/{vendor}/vendor.toml").get("vendor"))
    except (Invalid, NotFound):
        return vendor
    return str(about.get("name") or vendor)


def _vectors(tree: Tree, codec: str) -> tuple[Vector, ...]:
    folder, _slash, file = codec.rpartition("/")
    tests = f"test_decode_{file.rpartition('.')[0]}.json"
    if tests not in tree.files(folder):
        return ()
    name = f"{folder}/{tests}"
    try:
        tests_of = loose_json.read(tree.read(name).decode())
    except (ValueError, RecursionError) as error:
        raise Invalid(_("“{name}” cannot be read.", name=name)) from error
    return vectors(tests_of, name, given="input", wanted="expected")


def _toml(tree: Tree, name: str) -> dict[str, Any]:
    try:
        return tomllib.loads(tree.read(name).decode())
    except (ValueError, RecursionError) as error:
        raise Invalid(_("“{name}” cannot be read.", name=name)) from error

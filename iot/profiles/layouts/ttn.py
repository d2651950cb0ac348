"""The layout of lorawan-devices, the repository of The Things Network: vendor/index.yaml, vendor/<vendor>/{index,<model>,<codec>}.yaml.

Its terms let one take what is said of a single device, not a substantial part of it: models are installed one at a time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from backend.core.errors import Invalid, NotFound
from backend.core.i18n import _
from iot.profiles.layouts import plain_yaml
from iot.profiles.layouts.found import Entry, Found, mapping, matches, newest, rows, split, vectors
from iot.profiles.tree import Tree, inside

NAME = "ttn"
IN_BULK = False


def fits(tree: Tree) -> bool:
    return "index.yaml" in tree.files("vendor")


def entries(tree: Tree, words: tuple[str, ...] = ()) -> Iterator[Entry]:
    names = _names(tree)
    for vendor in tree.folders("vendor"):
        try:
            models = rows(_yaml(tree, f"vendor/{vendor}/index.yaml").get("endDevices"))
        except (Invalid, NotFound):
            continue
        maker = names.get(vendor, vendor)
        for model in models:
            try:
                text = tree.read(f"vendor/{vendor}/{model}.yaml").decode()
                # To read thousands of files as YAML takes a minute: only those that have the words are.
                if not all(word in f"{vendor} {maker} {model} {text}".casefold() for word in words):
                    continue
                entry = _entry(f"{vendor}/{model}", maker, mapping(plain_yaml.read(text)))
            except (Invalid, NotFound, ValueError):
                continue
            if matches(words, entry.key, entry.name, entry.about):
                yield entry


def found(tree: Tree, key: str, firmware: str = "") -> Found:
    vendor, model = split(key)
    device = _yaml(tree, f"vendor/{vendor}/{model}.yaml")
    codecs: dict[str, str] = {}
    for row in map(mapping, rows(device.get("firmwareVersions"))):
        # A version has a profile for each region; its codec is the same in all of them.
        named = [mapping(p).get("codec") for p in mapping(row.get("profiles")).values()]
        if codec := next((str(name) for name in named if name), ""):
            codecs[str(row.get("version", ""))] = codec
    if not codecs:
        raise NotFound(_("The repository has no codec for {key}.", key=key))
    version = firmware or newest(codecs)
    if version not in codecs:
        raise NotFound(_("{key} has no firmware “{version}”.", key=key, version=version))
    about = f"vendor/{vendor}/{codecs[version]}.yaml"
    decoder = mapping(_yaml(tree, about).get("uplinkDecoder"))
    if not decoder.get("fileName"):
        raise NotFound(_("The repository has no codec for {key}.", key=key))
    entry = _entry(key, _names(tree).get(vendor, vendor), device)
    return Found(
        key, entry.name, entry.about, version,
        inside(f"vendor/{vendor}/{decoder['fileName']}"),
        (f"ttn:{key}",),
        vectors(decoder.get("examples"), about, given="input", wanted="output"),
    )  # fmt: skip


def _entry(key: str, maker: str, device: Mapping[str, Any]) -> Entry:
    name = str(device.get("name") or key.partition("/")[2])
    sensors = ", ".join(str(s) for s in rows(device.get("sensors")))
    about = str(device.get("description") or "")
    return Entry(key, f"{maker} {name}"[:80], f"{about} ({sensors})" if sensors else about)


def _names(tree: Tree) -> dict[str, str]:
    vendors = map(mapping, rows(_yaml(tree, "vendor/index.yaml").get("vendors")))
    return {str(row["id"]): str(row.get("name") or row["id"]) for row in vendors if row.get("id")}


def _yaml(tree: Tree, name: str) -> Mapping[str, Any]:
    try:
        return mapping(plain_yaml.read(tree.read(name).decode()))
    except ValueError as error:
        raise Invalid(_("“{name}” cannot be read.", name=name)) from error

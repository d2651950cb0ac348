"""Small device repositories of both layouts, made up for the tests: a smoke detector, a door contact, one that lies about itself."""

from __future__ import annotations

import zipfile
from pathlib import Path

COMMIT = "0123456789abcdef0123456789abcdef01234567"
MIT = """The MIT License (MIT)
Copyright (c) 2026 Example
Permission is hereby granted, free of charge, to any person obtaining a copy, to deal in the Software without restriction, including
the rights to use, copy, modify and sell it, subject to the following conditions: The above copyright notice shall be included.
"""
GPL = "GNU GENERAL PUBLIC LICENSE\n   Version 3, 29 June 2007\n"
SMOKE = """
function decodeUplink(input) {
  if (input.fPort !== 2) return { errors: ["unknown port"] };
  return { data: { SMOKE_ALARM: input.bytes[0], battery: input.bytes[1] / 2, seen: new Date(0).toISOString(), gone: null } };
}
"""
SMOKE_TESTS = """[
  // As people write them: comments, hexadecimal numbers, a comma at the end.
  {"name": "fire", "input": {"fPort": 0x02, "bytes": [0x01, 0xc7]},
   "expected": {"data": {"SMOKE_ALARM": 1, "battery": 99.5, "seen": "1970-01-01T00:00:00.001Z"}}},
  {"name": "quiet", "input": {"fPort": 2, "bytes": [0, 200]},
   "expected": {"data": {"SMOKE_ALARM": 0, "battery": 100, "seen": "1970-01-01T00:00:00Z"}}},
  {"name": "nonsense", "input": {"fPort": 9, "bytes": []}, "expected": {"errors": ["unknown port"]}},
]"""
DOOR = "function decodeUplink(input) { return { data: { doorOpenStatus: input.bytes[0] ? 'On' : 'Off' } }; }"
DEVICE = """[device]
id = "55deef19-c13c-4b69-a10d-2e89f6398a02"
name = "{name}"
description = "{about}"
{firmware}
"""
FIRMWARE = """[[device.firmware]]
version = "{version}"
profiles = ["EU868.toml"]
codec = "{codec}"
"""


def chirpstack(root: Path, *, smoke: str = SMOKE, tests: str = SMOKE_TESTS, licence: str = MIT) -> Path:
    """acme/smoke-1 with three test messages, and acme/bare-1 without any."""
    vendor = root / "vendors/acme"
    firmware = FIRMWARE.format(version="1.9", codec="old.js") + FIRMWARE.format(
        version="1.10", codec="smoke.js"
    )
    files = {
        root / "LICENSE": licence,
        vendor / "vendor.toml": '[vendor]\nname = "Acme"\nouis = ["a84041"]\n',
        vendor / "devices/smoke-1.toml": DEVICE.format(name="Smoke One", about="Smoke detector", firmware=firmware),
        vendor / "devices/bare-1.toml": DEVICE.format(
            name="Bare", about="No tests, indoor", firmware=FIRMWARE.format(version="1", codec="bare.js")
        ),
        vendor / "codecs/smoke.js": smoke,
        vendor / "codecs/old.js": smoke + "// 1.9",
        vendor / "codecs/bare.js": DOOR,
        vendor / "codecs/test_decode_smoke.json": tests,
    }  # fmt: skip
    return _written(root, files)


def ttn(root: Path, *, valve: str = "On", codec: str = DOOR) -> Path:
    """acme/door-1, whose examples say `On`, which is no yes there."""
    vendor = root / "vendor/acme"
    files = {
        root / "LICENSE": "All rights reserved.",
        root / "vendor/index.yaml": "vendors:\n  - id: acme\n    name: Acme Ltd.\n    vendorID: 7\n",
        vendor / "index.yaml": "endDevices:\n  - door-1 # the contact\n",
        vendor / "door-1.yaml": (
            "name: Door contact\ndescription: Tells whether a door is open\nsensors: [magnetic field]\n"
            "firmwareVersions:\n  - version: '1.0'\n    profiles:\n      EU863-870:\n        id: p\n        codec: door-codec\n"
        ),
        vendor / "door-codec.yaml": (
            "uplinkDecoder:\n  fileName: js/door.js\n  examples:\n    - description: open\n      input:\n        fPort: 1\n        bytes: [0x1]\n"
            f"      output:\n        data:\n          doorOpenStatus: {valve}\n"
        ),
        vendor / "js/door.js": codec,
    }  # fmt: skip
    return _written(root, files)


def checked_out(root: Path, *, packed: bool = False) -> Path:
    """As if git had made it: HEAD points at a branch, the branch at COMMIT."""
    git = root / ".git"
    files = {git / "HEAD": "ref: refs/heads/main\n"}
    if packed:
        files[git / "packed-refs"] = f"# pack-refs with: peeled\n{COMMIT} refs/heads/main\n"
    else:
        files[git / "refs/heads/main"] = COMMIT + "\n"
    return _written(root, files)


def zipped(root: Path, to: Path) -> Path:
    """As a forge gives it: all in one folder, the commit as the comment."""
    with zipfile.ZipFile(to, "w") as archive:
        for path in sorted(root.rglob("*")):
            if path.is_file():
                archive.write(path, f"profiles-main/{path.relative_to(root)}")
        archive.comment = COMMIT.encode()
    return to


def _written(root: Path, files: dict[Path, str]) -> Path:
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root

"""Published test messages through installed models, where somebody has the repositories at hand (docs/developing.md says how).

    DEVICE_REPOSITORIES=chirpstack=/path/to/it,ttn-2021-04=/path/to/the/other   their names as in the file
    DEVICE_VECTORS=/path/to/vectors.json                                        of the schema iot-decode-vectors/1

Without these there is nothing to run here: nothing of the kind is kept in this repository.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

from backend.core.access import SYSTEM
from iot.profiles import comparing, installing, sources
from iot.profiles.models import ProfileVersion
from iot.vendor import calling
from iot.vendor import sources as codecs
from tests.databases import TestDatabase

_PLACES = os.environ.get("DEVICE_REPOSITORIES", "")
_VECTORS = os.environ.get("DEVICE_VECTORS", "")

if _PLACES and _VECTORS:

    def test_every_published_message_is_read_as_its_author_says(
        sqlite_database: TestDatabase, tmp_path: Path, configure: Callable[..., None]
    ) -> None:
        configure(VAR_DIR=str(tmp_path / "var"))
        for name, _sign, path in (place.partition("=") for place in _PLACES.split(",")):
            sources.add(SYSTEM, name, Path(path))
        vectors = json.loads(Path(_VECTORS).read_text(encoding="utf-8"))["vectors"]
        installed: dict[tuple[str, str], ProfileVersion] = {}
        wrong = []
        for vector in vectors:
            key = f"{vector['vendor_in_source']}/{vector['model']}"
            version = installed.get((vector["source"], key))
            if version is None:
                done = installing.install(SYSTEM, key, vector["source"], accept="", allow_failing=True)
                version = installed[vector["source"], key] = done.version
                wrong += [f"{key}: {one.vector.name}: {one.wrong}" for one in done.failing]
            assert version.path == vector["codec"]
            answer = calling.decode_one(
                codecs.read(version.sha256), bytes.fromhex(vector["bytes_hex"]), vector["fPort"]
            )
            wanted = {"data": vector["expected"], "warnings": vector["expected_warnings"] or None}
            given = {"data": answer["data"], "warnings": answer["warnings"] or None}
            if told := comparing.difference(wanted, given):
                wrong.append(f"{key} ({vector['id']}): {told}")
        assert not wrong, "\n".join(wrong)

"""What was installed, as files: VAR_DIR/profiles/<sha256>/{codec.js, LICENSE}, read only, and profiles.lock.json, which says of each where it came from.

The database is what counts; the lock file is written anew from it after each act, for whoever wants to read or compare it without.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path

from backend.core.errors import Invalid
from backend.core.i18n import _
from backend.settings import settings
from iot.models import DeviceProfile
from iot.profiles.models import ProfileVersion

LOCK = "profiles.lock.json"
_FORMAT = 1


def folder() -> Path:
    return settings().var_dir / "profiles"


def text(codec: bytes, name: str) -> str:
    """The codec as text. Raises Invalid when it is none."""
    try:
        return codec.decode()
    except UnicodeDecodeError as error:
        raise Invalid(_("“{name}” is no text in UTF-8.", name=name)) from error


def keep(codec: bytes, licence: str) -> str:
    """Copy it, as it is, and say its SHA-256."""
    sha256 = hashlib.sha256(codec).hexdigest()
    home = folder() / sha256
    if not (home / "codec.js").exists():
        home.mkdir(parents=True, exist_ok=True)
        _write(home / "codec.js", codec)
    if licence and not (home / "LICENSE").exists():
        _write(home / "LICENSE", licence.encode())
    return sha256


def clear(sha256: Iterable[str]) -> None:
    """Remove the files of those that no version refers to any more."""
    for name in set(sha256):
        if not ProfileVersion.select().where(ProfileVersion.sha256 == name).exists():
            shutil.rmtree(folder() / name, ignore_errors=True)


def write_lock() -> None:
    """As the database has it now."""
    keys = dict(DeviceProfile.select(DeviceProfile.id, DeviceProfile.key).tuples())
    followed = {row for (row,) in DeviceProfile.select(DeviceProfile.version_id).tuples() if row is not None}
    profiles: dict[str, list[dict[str, object]]] = {}
    for version in ProfileVersion.select().order_by(ProfileVersion.profile_id, ProfileVersion.number):
        key = keys.get(version.profile_id)
        if key is not None:
            profiles.setdefault(key, []).append({**version.mark, "followed": version.id in followed})
    body = {"format": _FORMAT, "profiles": dict(sorted(profiles.items()))}
    folder().mkdir(parents=True, exist_ok=True)
    _write(folder() / LOCK, (json.dumps(body, ensure_ascii=False, indent=1) + "\n").encode(), mode=0o644)


def _write(path: Path, content: bytes, mode: int = 0o444) -> None:
    """Whole or not at all, whoever reads meanwhile."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".new-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            os.fchmod(file.fileno(), mode)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise

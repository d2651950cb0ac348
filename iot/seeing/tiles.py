"""Map tiles that lie on this machine: an .mbtiles file or a folder of z/x/y.png (or .jpg, .webp)."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from backend.settings import settings

DEEPEST = 22
_TYPES = {".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".webp": "image/webp"}


def there() -> bool:
    """Whether there are any."""
    found = settings().map_tiles
    return found is not None and found.exists()


def tile(z: int, x: int, y: int) -> tuple[bytes, str] | None:
    """The picture and its type; `y` counts from the north. None where there is none."""
    source = settings().map_tiles
    if source is None or z > DEEPEST or x >= 2**z or y >= 2**z:
        return None
    return _in_folder(source, z, x, y) if source.is_dir() else _in_file(source, z, x, y)


def _in_folder(folder: Path, z: int, x: int, y: int) -> tuple[bytes, str] | None:
    for ending, kind in _TYPES.items():
        path = folder / str(z) / str(x) / f"{y}{ending}"
        if path.is_file():
            return path.read_bytes(), kind
    return None


def _in_file(path: Path, z: int, x: int, y: int) -> tuple[bytes, str] | None:
    """Rows of an .mbtiles file count from the south."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db:
        row = db.execute(
            "SELECT tile_data FROM tiles WHERE zoom_level = ? AND tile_column = ? AND tile_row = ?",
            (z, x, 2**z - 1 - y),
        ).fetchone()
    if row is None:
        return None
    data = bytes(row[0])
    kind = "image/png" if data[:4] == b"\x89PNG" else "image/webp" if data[8:12] == b"WEBP" else "image/jpeg"
    return data, kind


def middle() -> tuple[float, float, int] | None:
    """(latitude, longitude, zoom) where an .mbtiles file says that its map begins."""
    source = settings().map_tiles
    if source is None or not source.is_file():
        return None
    with closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as db:
        row = db.execute("SELECT value FROM metadata WHERE name = 'center'").fetchone()
    parts = str(row[0]).split(",") if row else []
    return (float(parts[1]), float(parts[0]), int(float(parts[2]))) if len(parts) == 3 else None

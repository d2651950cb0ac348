"""How much memory an import takes: whether that follows its rows."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

_OURS = Path("/proc/self")


def grown_mb(small: list[bytes], whole: bytes, bring_in: Callable[[bytes], None]) -> float:
    """By how many MB the process is larger, at its largest, while `whole` comes in than while the last of the `small` files does. Those
    before it fill what is filled once: imported modules, dictionaries of pinyin, SQLite's cache."""
    peaks = [_peak_mb(data, bring_in) for data in [*small, whole]]
    return peaks[-1] - peaks[-2]


def _peak_mb(data: bytes, bring_in: Callable[[bytes], None]) -> float:
    # The kernel forgets the highest mark so far (proc(5)).
    (_OURS / "clear_refs").write_text("5")
    bring_in(data)
    marks = dict(line.split(":", 1) for line in (_OURS / "status").read_text().splitlines())
    return int(marks["VmHWM"].split()[0]) * 1024 / 1e6

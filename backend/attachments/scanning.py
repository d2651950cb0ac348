"""The virus scanner, when one is set (VIRUS_SCAN): clamd over a socket, or a command that reads the file.

It is asked outside any transaction: it may take its time.
"""

from __future__ import annotations

import shlex
import shutil
import socket
import struct
import subprocess
from contextlib import closing
from urllib.parse import urlsplit

from backend.core import health
from backend.core.i18n import Text, _
from backend.settings import settings

SECONDS = 30
_PIECE = 256 * 1024


class ScannerUnreachable(OSError):
    """The scanner does not answer, or not with a verdict."""


def is_set() -> bool:
    return bool(settings().virus_scan)


def is_clean(data: bytes) -> bool:
    """The verdict; True where no scanner is set. Raises ScannerUnreachable."""
    asked = settings().virus_scan
    if not asked:
        return True
    return _clamd_says(asked, data) if asked.startswith("clamd:") else _command_says(asked, data)


def _clamd_says(address: str, data: bytes) -> bool:
    """INSTREAM of clamd: pieces with their lengths (big-endian), an empty one at the end."""
    try:
        with closing(_connected(address)) as line:
            line.sendall(b"zINSTREAM\0")
            for start in range(0, len(data), _PIECE):
                piece = data[start : start + _PIECE]
                line.sendall(struct.pack(">I", len(piece)) + piece)
            line.sendall(struct.pack(">I", 0))
            said = _answer(line)
    except OSError as error:
        raise ScannerUnreachable(str(error)) from error
    if said.endswith("FOUND"):
        return False
    if said.endswith("OK"):
        return True
    raise ScannerUnreachable(said[:200])


def _connected(address: str) -> socket.socket:
    parts = urlsplit(address)
    if parts.hostname:
        return socket.create_connection((parts.hostname, parts.port or 3310), timeout=SECONDS)
    line = socket.socket(socket.AF_UNIX)
    line.settimeout(SECONDS)
    line.connect(parts.path)
    return line


def _answer(line: socket.socket) -> str:
    said = b""
    while not said.endswith(b"\0") and len(said) < 4096:
        piece = line.recv(1024)
        if not piece:
            break
        said += piece
    return said.rstrip(b"\0\n ").decode("utf-8", "replace")


def _command_says(command: str, data: bytes) -> bool:
    try:
        # The operator's own setting, and no shell.
        done = subprocess.run(shlex.split(command), input=data, capture_output=True, timeout=SECONDS)  # noqa: S603
    except (OSError, ValueError, subprocess.TimeoutExpired) as error:
        raise ScannerUnreachable(type(error).__name__) from error
    if done.returncode in (0, 1):
        return done.returncode == 0
    raise ScannerUnreachable(f"status {done.returncode}")


def _answers() -> bool:
    asked = settings().virus_scan
    if not asked.startswith("clamd:"):
        return shutil.which(shlex.split(asked)[0]) is not None
    try:
        with closing(_connected(asked)) as line:
            line.settimeout(2)
            line.sendall(b"zPING\0")
            return _answer(line) == "PONG"
    except OSError:
        return False


def _check() -> tuple[bool, Text]:
    if not is_set():
        return True, _("No virus scanner is set.")
    if _answers():
        return True, ""
    return False, _("The virus scanner does not answer: new files wait until it does. See VIRUS_SCAN.")


health.register(
    "virus_scan",
    _check,
    _("Virus scanner"),
    _("Start the scanner again; the files that wait are looked at then."),
)

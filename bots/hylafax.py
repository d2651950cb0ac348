"""A client of HylaFAX: its protocol (hfaxd on port 4559) is FTP with commands for jobs, so the FTP client of Python speaks it.

STOT stores the document, JNEW makes a job, JPARM sets what it is, JSUBM queues it; JOB and JPARM STATE tell how it went.
"""

from __future__ import annotations

import ftplib
import io
import re
from collections.abc import Iterable
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote, urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator

PORT = 4559
SECONDS = 10.0
_FILE = re.compile(r"FILE: (\S+?)\)?\.?$")
_JOB = re.compile(r"jobid: (\d+)")
TRIES = {"MAXDIALS": "12", "MAXTRIES": "3", "LASTTIME": "000300"}
"""Within three hours (ddhhmm)."""


class State(NamedTuple):
    """`done` and `failed` are final; `why` is the server's own word."""

    done: bool
    failed: bool
    why: str


class Unanswered(Exception):
    """The job was handed in, but the answer never came."""


@contextmanager
def _session(url: str) -> Iterator[ftplib.FTP]:
    parts = urlsplit(url)
    # HylaFAX has no other protocol; the server stands in the same house.
    with ftplib.FTP(timeout=SECONDS) as server:  # noqa: S321
        server.connect(parts.hostname or "localhost", parts.port or PORT)
        try:
            server.login(unquote(parts.username or "linli"), unquote(parts.password or ""))
        except ftplib.error_perm as error:
            # That is about our account, and no fault of the number.
            raise ftplib.error_temp(str(error)) from error  # noqa: S321
        yield server


def submit(url: str, number: str, pdf: bytes, sender: str, notify: str, tag: str) -> str:
    """Queue a document for `number`, as it is dialled; returns the job's id. Raises OSError, EOFError, ftplib.Error or
    Unanswered."""
    with _session(url) as server:
        stored = _FILE.search(server.storbinary("STOT", io.BytesIO(pdf)).strip())
        made = _JOB.search(server.sendcmd("JNEW"))
        if stored is None or made is None:
            raise ftplib.error_proto("an answer that is not HylaFAX's")  # noqa: S321
        given = {
            "FROMUSER": sender,
            "NOTIFYADDR": notify,
            "NOTIFY": "NONE",
            "DIALSTRING": number,
            "JOBINFO": tag,
        }
        for name, value in given.items():
            server.sendcmd(f'JPARM {name} "{_plain(value)}"' if name != "NOTIFY" else f"JPARM {name} {value}")
        for name, value in TRIES.items():
            server.sendcmd(f"JPARM {name} {value}")
        server.sendcmd(f"JPARM DOCUMENT {stored[1]}")
        try:
            server.sendcmd("JSUBM")
        except (OSError, EOFError) as error:
            raise Unanswered from error
        return made[1]


def _plain(value: str) -> str:
    return re.sub(r'[^ -~]|["\\]', "", value)


def states(url: str, jobs: Iterable[str]) -> dict[str, State]:
    """How these jobs stand; those that the server has forgotten are absent. Raises OSError, EOFError or ftplib.Error."""
    found: dict[str, State] = {}
    with _session(url) as server:
        for job in jobs:
            try:
                server.sendcmd(f"JOB {job}")
            except ftplib.error_perm:
                continue
            state = server.sendcmd("JPARM STATE")[4:].strip().upper()
            why = server.sendcmd("JPARM STATUS")[4:].strip() if state == "FAILED" else ""
            found[job] = State(state == "DONE", state == "FAILED", why)
    return found

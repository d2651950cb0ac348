"""The way to the press (`pressing`): one process beside ours, started at the first job, killed when a job takes too long."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import IO, Any, cast

import structlog

from backend.core.errors import LinliError
from backend.core.i18n import Text, _
from backend.printing.document import Document
from backend.printing.pressing import frame, read_frame

ROOT = Path(__file__).resolve().parents[2]
LOOK_SECONDS = 20.0
BATCH_SECONDS = 150.0
"""Less than an RQ job may take."""
MOST_PAGES = 40
"""Pages that one record may fill."""
INSTALL = "sudo apt-get install -y libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-noto-cjk"
_PASSED_ON = ("PATH", "HOME", "LANG", "LC_ALL", "XDG_CACHE_HOME", "FONTCONFIG_FILE", "FONTCONFIG_PATH", "LD_LIBRARY_PATH",
              "DYLD_FALLBACK_LIBRARY_PATH", "WEASYPRINT_DLL_DIRECTORIES", "SYSTEMROOT")  # fmt: skip
log = structlog.get_logger()


class PressError(LinliError):
    """Could not be printed; `text` says why, and what to do."""

    status = 422


class PressMissing(PressError):
    """A part of the system that printing needs is not installed."""

    status = 503


_MISSING = _("Printing needs a part of the system that is not installed. Please install it with “{command}” (on macOS: “brew install pango”).", command=INSTALL)  # fmt: skip
_NO_FONT = _("There is no Chinese font to print with. Please install one with “{command}”.", command="sudo apt-get install -y fonts-noto-cjk")  # fmt: skip
_TOO_LONG = _("This template takes too long to print. Please make it simpler.")
_ERRORS: dict[str, Text] = {
    "pages": _("This template fills too many pages. Please look at its sizes and page breaks."),
    "memory": _("This template needs too much memory. Please use smaller pictures or fewer of them."),
    "other": _("This template could not be printed. Please look at its style sheet."),
}


class Press:
    """One job at a time; whoever comes meanwhile waits."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()
        self._whole = False

    def pdf(self, document: Document, records: int = 1) -> tuple[bytes, int]:
        """The PDF and how many pages it has."""
        head, blobs = self._ask(*_order(document, "pdf", records), BATCH_SECONDS)
        return blobs[0], head["pages"]

    def png(self, document: Document, width: int, at: int = 0) -> tuple[bytes, int]:
        """A picture of page `at` (from 0), `width` pixels at its longer side, and how many pages there are."""
        order, blobs = _order(document, "png", 1)
        head, answered = self._ask({**order, "page": at, "width": width}, blobs, LOOK_SECONDS)
        return answered[0], head["pages"]

    def merged(self, pdfs: list[bytes]) -> bytes:
        """One PDF of several."""
        return self._ask({"job": "merge"}, pdfs, BATCH_SECONDS)[1][0]

    def lacking(self) -> Text | None:
        """What printing lacks on this machine and how to install it; None when it can print."""
        if not self._whole:
            try:
                head, _blobs = self._ask({"job": "hello"}, [], BATCH_SECONDS)
            except PressError as error:
                return error.text
            if not head["fonts"]:
                return _NO_FONT
            self._whole = True
        return None

    def close(self) -> None:
        with self._lock:
            self._kill()

    def _ask(
        self, head: dict[str, Any], blobs: list[bytes], seconds: float
    ) -> tuple[dict[str, Any], list[bytes]]:
        with self._lock:
            try:
                answer, found = self._exchange(frame(head, blobs), seconds)
            except EOFError:
                # It had just ended by itself, idle or full: a fresh one takes the job. One that dies twice dies of the job.
                try:
                    answer, found = self._exchange(frame(head, blobs), seconds)
                except EOFError:
                    raise PressError(_ERRORS["memory"]) from None
        if answer["ok"]:
            return answer, found
        log.info("print.refused", error=answer["error"], detail=answer.get("detail", ""))
        if answer["error"] == "library":
            raise PressMissing(_MISSING)
        raise PressError(_ERRORS[answer["error"]])

    def _exchange(self, sent: bytes, seconds: float) -> tuple[dict[str, Any], list[bytes]]:
        """Raises EOFError when the process ends meanwhile, PressError when the time is up."""
        if self._process is None or self._process.poll() is not None:
            self._kill()
            self._process = _started()
        process = self._process
        jobs, answers = cast(IO[bytes], process.stdin), cast(IO[bytes], process.stdout)
        late = threading.Event()

        def end() -> None:
            late.set()
            process.kill()

        watch = threading.Timer(seconds, end)
        watch.start()
        try:
            jobs.write(sent)
            jobs.flush()
            return read_frame(answers)
        except (BrokenPipeError, EOFError):
            self._kill()
            if late.is_set():
                log.warning("print.too_slow", seconds=seconds)
                raise PressError(_TOO_LONG) from None
            raise EOFError from None
        except BaseException:
            # We are stopped ourselves: its answer must not be taken for that of the next job.
            self._kill()
            raise
        finally:
            watch.cancel()

    def _kill(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()
            for stream in (process.stdin, process.stdout):
                if stream is not None:
                    with suppress(BrokenPipeError):  # what was still to be written to it
                        stream.close()


def _order(document: Document, job: str, records: int) -> tuple[dict[str, Any], list[bytes]]:
    head = {"job": job, "assets": list(document.assets), "most_pages": MOST_PAGES * records}
    return head, [document.html.encode(), document.css.encode(), *document.assets.values()]


def _started() -> subprocess.Popen[bytes]:
    environment = {name: value for name in _PASSED_ON if (value := os.environ.get(name))}
    return subprocess.Popen(
        [sys.executable, "-m", "backend.printing.pressing"],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )


PRESS = Press()
"""The press of this process."""

"""The press itself: a process of its own that makes PDFs and pictures of them, and can do nothing else.

    python -m backend.printing.pressing

It is given no settings and no keys, fetches nothing, has a limited memory, and ends when nobody needs it: what a template
does to the layout, it does here. Jobs and answers are frames on stdin and stdout: the length of a head (4 bytes), the head
as JSON, and the blobs whose lengths the head tells. `press` is the other end.
"""

from __future__ import annotations

import io
import json
import logging
import os
import resource
import select
import struct
import sys
from collections.abc import Sequence
from typing import IO, Any

MEMORY = 2 * 1024**3
FULL = 500 * 1024**2
"""Having used so much, the process ends after its answer, and the next job gets a fresh one."""
IDLE_SECONDS = 120.0
MOST_PIXELS = 1600
SAMPLE = "邻"


def read_frame(stream: IO[bytes]) -> tuple[dict[str, Any], list[bytes]]:
    """Raises EOFError when the other end is gone."""
    (length,) = struct.unpack("!I", _exactly(stream, 4))
    head = json.loads(_exactly(stream, length))
    return head, [_exactly(stream, size) for size in head["blobs"]]


def _exactly(stream: IO[bytes], size: int) -> bytes:
    data = stream.read(size)
    if data is None or len(data) < size:
        raise EOFError
    return data


def frame(head: dict[str, Any], blobs: Sequence[bytes] = ()) -> bytes:
    told = json.dumps({**head, "blobs": [len(b) for b in blobs]}).encode()
    return b"".join((struct.pack("!I", len(told)), told, *blobs))


def _pdf(html: str, css: str, assets: dict[str, bytes], most_pages: int) -> tuple[bytes, int]:
    from weasyprint import CSS, HTML
    from weasyprint.text.fonts import FontConfiguration
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    class Fetcher(URLFetcher):  # type: ignore[misc]
        """Only what came with the job, and what stands in the document itself."""

        def fetch(self, url: str, headers: Any = None) -> Any:
            kind, _colon, key = url.partition(":")
            if kind == "asset" and key in assets:
                return URLFetcherResponse(url, assets[key], {"Content-Type": "image/jpeg"})
            if url.startswith("data:image/"):
                return super().fetch(url, headers)
            raise ValueError("not served")

    fetcher = Fetcher(allowed_protocols={"data"})
    fonts = FontConfiguration()
    sheet = CSS(string=css, font_config=fonts, url_fetcher=fetcher)
    document = HTML(string=html, url_fetcher=fetcher).render(stylesheets=[sheet], font_config=fonts)
    if len(document.pages) > most_pages:
        raise TooMany
    made = document.write_pdf(pdf_identifier=None)
    return made, len(document.pages)


class TooMany(Exception):
    """More pages than the job allows."""


def _png(pdf: bytes, at: int, width: int) -> bytes:
    import pypdfium2

    document = pypdfium2.PdfDocument(pdf)
    page = document[min(at, len(document) - 1)]
    scale = min(width, MOST_PIXELS) / max(page.get_width(), page.get_height())
    out = io.BytesIO()
    page.render(scale=scale).to_pil().save(out, "PNG", optimize=True)
    return out.getvalue()


def _merged(pdfs: Sequence[bytes]) -> bytes:
    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter()
    for pdf in pdfs:
        writer.append(PdfReader(io.BytesIO(pdf)), import_outline=False)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def _has_chinese() -> bool:
    """Whether a Chinese character finds a font: without one no font is embedded."""
    from pypdf import PdfReader

    made, _pages = _pdf(f"<p>{SAMPLE}</p>", "", {}, 1)
    resources: Any = PdfReader(io.BytesIO(made)).pages[0]["/Resources"]
    return bool(resources.get("/Font"))


def work(head: dict[str, Any], blobs: list[bytes]) -> tuple[dict[str, Any], list[bytes]]:
    """One job: its answer is `{"ok": true, …}` with blobs, or `{"ok": false, "error": …}`."""
    if head["job"] == "hello":
        return {"ok": True, "fonts": _has_chinese()}, []
    if head["job"] == "merge":
        return {"ok": True}, [_merged(blobs)]
    assets = dict(zip(head["assets"], blobs[2:], strict=True))
    made, pages = _pdf(blobs[0].decode(), blobs[1].decode(), assets, head["most_pages"])
    if head["job"] == "png":
        made = _png(made, head["page"], head["width"])
    return {"ok": True, "pages": pages}, [made]


def _answer(head: dict[str, Any], blobs: list[bytes]) -> bytes:
    try:
        return frame(*work(head, blobs))
    except TooMany:
        return frame({"ok": False, "error": "pages"})
    except MemoryError:
        return frame({"ok": False, "error": "memory"})
    except OSError as error:
        # A library that is not there: cffi says which.
        return frame({"ok": False, "error": "library", "detail": str(error)[:300]})
    except Exception as error:
        return frame({"ok": False, "error": "other", "detail": f"{type(error).__name__}: {error}"[:300]})


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    logging.disable(logging.CRITICAL)  # WeasyPrint tells of each bit of CSS that it does not know
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints must not come between the frames
    jobs = sys.stdin.buffer
    while select.select([jobs], [], [], IDLE_SECONDS)[0]:
        try:
            head, blobs = read_frame(jobs)
        except EOFError:
            return
        answers.write(_answer(head, blobs))
        answers.flush()
        if resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 > FULL:
            return


if __name__ == "__main__":
    main()

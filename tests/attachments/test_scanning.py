"""What the virus scanner has not seen is served to nobody; what it finds is destroyed."""

from __future__ import annotations

import sys
from collections.abc import Callable

import pytest

from backend.attachments import actions, jobs, queries, scanning
from backend.attachments.models import INFECTED, OPEN, WAITING
from backend.core import audit, health, keeping
from backend.core.errors import Invalid, NotFound
from tests.attachments.conftest import Office
from tests.attachments.files import PDF
from tests.attachments.scanner import VIRUS, running

NOBODY = "clamd://127.0.0.1:1"


@pytest.fixture
def scan(configure: Callable[..., None], office: Office) -> Callable[[str], None]:
    return lambda asked: configure(VIRUS_SCAN=asked)


def states(office: Office) -> list[str]:
    return [f.state for f in queries.listed(office.lin, office.subject)]


def part() -> health.Part:
    return next(p for p in health.report().parts if p.name == "virus_scan")


def test_a_clean_file_is_open_at_once_and_an_infected_one_is_refused(
    office: Office, scan: Callable[[str], None]
) -> None:
    with running() as address:
        scan(address)
        assert part().ok
        actions.add(office.lin, office.subject, "a.pdf", PDF + bytes(600_000))
        with pytest.raises(Invalid) as refused:
            actions.add(office.lin, office.subject, "b.txt", VIRUS)
    assert refused.value.text == actions.VIRUS
    assert states(office) == [OPEN] and len(list(keeping.store().listed())) == 1


def test_while_the_scanner_is_away_files_wait_and_are_served_to_nobody(
    office: Office, scan: Callable[[str], None]
) -> None:
    scan(NOBODY)
    clean = actions.add(office.lin, office.subject, "a.pdf", PDF)
    infected = actions.add(office.lin, office.subject, "b.txt", VIRUS)
    assert states(office) == [WAITING, WAITING] and not part().ok
    with pytest.raises(NotFound):
        queries.opened(office.lin, clean)
    assert jobs.scan_waiting() == 0
    with running() as address:
        scan(address)
        assert jobs.scan_waiting() == 2
    assert states(office) == [OPEN, INFECTED]
    assert queries.opened(office.lin, clean)[1] == PDF
    with pytest.raises(NotFound):
        queries.opened(office.lin, infected)
    assert len(list(keeping.store().listed())) == 1
    assert audit.of(office.subject, action="file.infected")
    actions.remove(office.lin, infected)
    assert states(office) == [OPEN] and not queries.removed(office.lin, office.subject)


def test_an_answer_that_is_no_verdict_lets_nothing_through(
    office: Office, scan: Callable[[str], None]
) -> None:
    with running() as address:
        scan(address)
        actions.add(office.lin, office.subject, "a.txt", b"TOO-LARGE for the scanner")
    assert states(office) == [WAITING]


def test_a_command_may_be_the_scanner(office: Office, scan: Callable[[str], None]) -> None:
    code = (
        "import sys; d = sys.stdin.buffer.read(); sys.exit(1 if b'EICAR' in d else 2 if b'odd' in d else 0)"
    )
    scan(f'"{sys.executable}" -S -c "{code}"')
    assert part().ok
    assert scanning.is_clean(PDF) and not scanning.is_clean(VIRUS)
    with pytest.raises(scanning.ScannerUnreachable):
        scanning.is_clean(b"odd")
    scan("/no/such/scanner -")
    assert not part().ok
    with pytest.raises(scanning.ScannerUnreachable):
        scanning.is_clean(PDF)

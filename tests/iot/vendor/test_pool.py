"""A codec that means harm, or a process that dies, costs nobody else anything."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import orjson
import pytest

from iot.uplink import Unreadable
from iot.vendor import sources, worker
from iot.vendor.pool import REST_S, Pool
from iot.vendor.process import Job, Outcome, Watch
from iot.vendor.web import WHY
from tests.iot.vendor.codecs import HOSTILE, IN_EVERY_WAY

AT = datetime(2026, 3, 4, tzinfo=UTC)
GOOD = IN_EVERY_WAY["standard"]
BUSY = "function decodeUplink(i) { let n = 0; for (let k = 0; k < 20000; k++) n += k; return { data: { seen: i.bytes[0] } }; }"


@pytest.fixture(scope="module")
def pool() -> Iterator[Pool]:
    pool = Pool(1)
    yield pool
    pool.close()


def run(pool: Pool, *texts: str, payloads: Callable[[int], bytes] = lambda n: bytes([n])) -> list[Outcome]:
    known = {sources.name(text): text for text in texts}
    jobs = [Job(sources.name(text), payloads(n), 1, AT) for n, text in enumerate(texts)]
    return pool.run(jobs, known.__getitem__)


def test_fifteen_hostile_codecs_harm_nobody_in_their_batch(pool: Pool) -> None:
    assert len(HOSTILE) == 15
    texts = [text for hostile in HOSTILE.values() for text in (hostile, GOOD)]
    outcomes = run(pool, *texts)
    theirs, good = outcomes[::2], outcomes[1::2]
    assert {outcome.kind for outcome in good} == {"answer"}
    thrown = {name for name, o in zip(HOSTILE, theirs, strict=True) if not o.faulty}
    assert thrown == {"huge BigInt"}, "the engine refuses it by itself"
    assert "answer" not in {outcome.kind for outcome in theirs}
    assert {o.text for o in theirs} >= set(list(WHY)[:4]), "staff are told these in their language"
    assert all(isinstance(outcome.text, str) and len(outcome.text) <= 200 for outcome in theirs)


def test_a_codec_that_ran_into_limits_thrice_is_not_tried_again_in_the_batch(pool: Pool) -> None:
    kinds = [o.kind for o in run(pool, *[HOSTILE["output over the cap"]] * 5, GOOD)]
    assert kinds == ["limit"] * 3 + ["stopped"] * 2 + ["answer"]


def test_what_a_codec_throws_is_no_fault_and_ends_nothing(pool: Pool) -> None:
    outcomes = run(pool, *["function decodeUplink(i) { throw i.bytes[0]; }"] * 5)
    assert [(o.kind, o.text, o.faulty) for o in outcomes] == [("thrown", str(n), False) for n in range(5)]


def test_a_worker_that_is_killed_in_the_midst_loses_nothing() -> None:
    pool = Pool(1)
    run(pool, GOOD)
    (pid,) = pool.pids
    killer = threading.Timer(0.05, os.kill, (pid, signal.SIGKILL))
    killer.start()
    outcomes = run(pool, *[BUSY] * 250)
    killer.join()
    assert [orjson.loads(o.text)["data"]["seen"] for o in outcomes] == list(range(250))
    assert pool.pids != [pid]
    pool.close()


def test_a_worker_that_stands_still_is_replaced_and_the_codec_is_not_blamed() -> None:
    pool = Pool(1, Watch(wall=0.1, patience=5))
    run(pool, GOOD)
    os.kill(pool.pids[0], signal.SIGSTOP)
    assert [o.kind for o in run(pool, *[GOOD] * 3)] == ["answer"] * 3
    pool.close()


TAKEN_OVER = """
import socket, struct, sys, mmap
channel = socket.socket(fileno=int(sys.argv[1]))
def send(body): channel.sendall(struct.pack(">I", len(body)) + body)
send(b"R"); channel.recv(9999); mmap.mmap(int(sys.argv[2]), 4)[:] = struct.pack(">I", 1)
"""


@pytest.mark.parametrize(
    ("does", "why"),
    [
        ("while True: pass", "it did not come to an end"),
        ("channel.sendall(b'\\xff' * 64)", "the process that ran it died of it"),
        ("send(b'A' + struct.pack('>IBI', 7, ord('='), 2) + b'{}')", "the process that ran it died of it"),
        ("send(b'A' + struct.pack('>IBI', 0, ord('='), 2**31))", "the process that ran it died of it"),
        ("send(b'Nsomebody else')", "the process that ran it died of it"),
    ],
)
def test_a_worker_that_was_taken_over_is_ended(does: str, why: str, tmp_path: Path) -> None:
    script = tmp_path / "worker.py"
    script.write_text(TAKEN_OVER + does)
    pool = Pool(1, Watch((sys.executable, str(script)), wall=0.1, cpu=0.05))
    assert run(pool, GOOD) == [Outcome("limit", why)]


def test_a_worker_that_was_killed_while_idle_is_replaced() -> None:
    pool = Pool(1)
    run(pool, GOOD)
    os.kill(pool.pids[0], signal.SIGKILL)
    assert run(pool, GOOD)[0].kind == "answer"
    pool.close()


def test_a_worker_lives_on_however_large_the_process_is_that_started_it() -> None:
    ballast = bytearray(b"x") * (worker.GROWN + 2**20)
    pool = Pool(1)
    run(pool, GOOD)
    pids = pool.pids
    run(pool, GOOD)
    assert pool.pids == pids
    del ballast
    pool.close()


def test_a_worker_knows_how_large_it_has_become_when_it_can_open_nothing() -> None:
    script = "from iot.vendor import worker\nsize = worker.sizer()\nworker.confine()\nbefore = size()\n"
    script += "ballast = bytearray(b'x') * (50 * 2**20)\nprint(size() - before)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert 45 * 2**20 < int(done.stdout) < 60 * 2**20, done.stderr


def test_a_codec_that_is_not_installed_is_no_fault_of_anybody(pool: Pool) -> None:
    def missing(_codec: str) -> str:
        raise Unreadable("not here")

    (outcome,) = pool.run([Job("0" * 64, b"", 1, AT)], missing)
    assert outcome == Outcome("unavailable", "not here") and not outcome.faulty


def test_several_threads_share_the_workers() -> None:
    pool, found = Pool(2), []

    def work() -> None:
        found.extend(o.kind for o in run(pool, *[GOOD] * 20))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == ["answer"] * 80 and len(pool.pids) <= 2
    pool.close()


def test_a_worker_has_no_environment_and_can_open_nothing(pool: Pool) -> None:
    run(pool, GOOD)
    (pid,) = pool.pids
    assert Path(f"/proc/{pid}/environ").read_bytes() == b""
    told = Path(f"/proc/{pid}/limits").read_text().splitlines()
    limits = {line[:25].strip(): line[26:47].strip() for line in told}
    assert limits["Max open files"] == limits["Max file size"] == limits["Max processes"] == "0"
    assert limits["Max address space"] == str(2**30)
    status = dict(line.split(":\t", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    assert (status["NoNewPrivs"], status["Seccomp"]) == ("1", "2")


def test_the_kernel_refuses_what_a_codec_that_broke_out_of_the_engine_would_do() -> None:
    tried = "socket.socket()", "os.kill(os.getppid(), 0)", "os.fork()", "open('/etc/hostname')"
    script = "import os, socket\nfrom iot.vendor import worker\nworker.confine()\n" + "".join(
        f"try: {one}\nexcept PermissionError: print('refused')\n" for one in tried
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.stdout.split() == ["refused"] * len(tried), done.stderr


GREEDY = "function decodeUplink(i) { const a = new Uint8Array(20 * 2 ** 20); return { data: { seen: i.bytes[0], a: a.length } }; }"


def bounded(kilobytes: int) -> Watch:
    """A worker that the system gives no more memory."""
    return Watch(("sh", "-c", f'ulimit -v {kilobytes}; exec "$0" "$@"', *Watch().command))


def test_a_codec_that_finds_no_memory_on_the_machine_is_not_to_blame(pool: Pool) -> None:
    assert run(pool, GREEDY)[0].kind == "answer", "it takes less than it may"
    measured = Pool(1, bounded(110 * 1024))  # with less than what glibc would set aside beforehand
    run(measured, GOOD)
    pages = int(Path(f"/proc/{measured.pids[0]}/statm").read_text().split()[0])
    measured.close()
    short = Pool(1, bounded(pages * os.sysconf("SC_PAGE_SIZE") // 1024 + 10 * 1024))
    outcomes = run(short, GREEDY, GOOD)
    assert [(o.kind, o.faulty) for o in outcomes] == [("starved", False), ("answer", False)]
    short.close()


def test_where_no_worker_can_be_started_nobody_waits_for_one_until_a_while_later(tmp_path: Path) -> None:
    there, tries = tmp_path / "memory", tmp_path / "tries"
    start = f'echo >> {tries}; test -e {there} || exit 1; exec "$0" "$@"'
    now = [100.0]
    pool = Pool(1, Watch(("sh", "-c", start, *Watch().command)), now=lambda: now[0])
    assert {o.kind for o in run(pool, *[GOOD] * 50)} == {"starved"}
    tried = tries.read_text().count("\n")
    assert tried == 5
    there.touch()
    assert {o.kind for o in run(pool, *[GOOD] * 50)} == {"starved"} and tries.read_text().count("\n") == tried
    now[0] += REST_S
    assert {o.kind for o in run(pool, *[GOOD] * 50)} == {"answer"}
    pool.close()


def test_a_worker_that_the_system_kills_again_and_again_blames_no_codec(tmp_path: Path) -> None:
    script = tmp_path / "worker.py"
    script.write_text(TAKEN_OVER + "import os; os.kill(os.getpid(), 9)")
    pool = Pool(1, Watch((sys.executable, str(script))))
    assert [o.kind for o in run(pool, *[GOOD] * 10)] == ["starved"] * 10

"""The peer of P3: an RQ job for each recipient, done by RQ's own worker, which forks for each job."""

from __future__ import annotations

import subprocess
import time

import redis
import requests
from rq import Queue

from bench import sink
from bench.house import House

QUEUE = "recipients"
PATIENCE_SECONDS = 300


def send(url: str, account: str, to: str, words: str) -> None:
    """The job."""
    form = {"To": to, "From": "+14155552345", "Body": words}
    requests.post(url, data=form, auth=(account, "token"), timeout=10).raise_for_status()


class Jobs:
    """A worker of its own beside the house's, and a queue for it."""

    def __init__(self, house: House, redis_url: str, port: int) -> None:
        self._port = port
        self._queue = Queue(QUEUE, connection=redis.Redis.from_url(redis_url))
        self.worker: subprocess.Popen[bytes] = house.start(
            "rq.cli", "worker", "--url", redis_url, "--quiet", QUEUE
        )

    def pace(self, jobs: int) -> float:
        """Jobs a second, from the first message to the last."""
        sink.asked(self._port, "POST", "/forget")
        account = "AC" + "a" * 32
        url = f"http://127.0.0.1:{self._port}/2010-04-01/Accounts/{account}/Messages.json"
        for n in range(jobs):
            words = f"【幸福里】第{n}位居民您好，明天上午停水。"
            self._queue.enqueue(send, url, account, f"+8613{n:09d}", words, result_ttl=0)
        first = self._when(1)
        return (jobs - 1) / (self._when(jobs) - first)

    def _when(self, count: int) -> float:
        until = time.monotonic() + PATIENCE_SECONDS
        while sink.asked(self._port, "GET", "/counted")["requests"] < count:
            assert time.monotonic() < until, "the jobs are not done"
            time.sleep(0.01)
        return time.monotonic()

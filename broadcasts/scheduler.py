"""What happens by the clock: one leader among all schedulers, by a lease in the database.

    python -m broadcasts.scheduler

A module with `JOBS = [(name, every seconds, function)]` that is listed here takes part. Every job may run twice or late:
each is written so that it does no harm.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from importlib import import_module

import structlog
from apscheduler.schedulers.background import BackgroundScheduler

from backend import domains
from backend.core import clock, db, ending, health, lease, log
from backend.messaging import deliveries
from backend.ready import wait_ready
from backend.settings import settings
from conversations.store import HOLDER

LEASE_S = 15.0
RENEW_S = 4.0
SOONEST_S = 2.0
MODULES = (
    "backend.core.retention",
    "backend.residents.asking_anew",
    "backend.messaging.unseen",
    "backend.messaging.waiting",
    "backend.attachments.jobs",
    "backend.records.jobs",
    "backend.reports.jobs",
    "conversations.reminders",
    "conversations.usage",
    "backend.sheets.jobs",
    "backend.inbox.jobs",
    "backend.requests.jobs",
    "backend.alarms.jobs",
    "backend.care.jobs",
    "iot.routes.jobs",
    "iot.jobs",
    "iot.seeing.jobs",
    "iot.rules.jobs",
    "backend.family.jobs",
    "backend.events.jobs",
    "backend.surveys.jobs",
    "bots.bounces",
    "bots.fax",
    "broadcasts.printing",
    "broadcasts.campaigns.pump",
    "broadcasts.campaigns.tallies",
    "broadcasts.lists.work",
    "broadcasts.campaigns.keeping",
    "broadcasts.api.jobs",
    "broadcasts.occasions.due",
)

Job = tuple[str, float, Callable[[], object]]
logger = structlog.get_logger()


def all_jobs() -> list[Job]:
    jobs: list[Job] = [("deliveries.reap", 5, deliveries.reap)]
    for module in MODULES:
        jobs += import_module(module).JOBS
    return jobs


def _guarded(name: str, function: Callable[[], object]) -> Callable[[], None]:
    def run() -> None:
        try:
            db.reconnect_if_lost()
            function()
        except Exception:
            # The next run tries again; /healthz and the log tell that it failed.
            logger.exception("job.failed", job=name)

    return run


def _every(seconds: float) -> float:
    """In a simulated day as much sooner as its clock runs faster, as far as a machine can."""
    return max(seconds / clock.speed(), min(seconds, SOONEST_S))


def _build() -> BackgroundScheduler:
    scheduler = BackgroundScheduler(timezone=settings().timezone)
    for name, seconds, function in all_jobs():
        scheduler.add_job(
            _guarded(name, function),
            "interval",
            seconds=_every(seconds),
            id=name,
            coalesce=True,
            max_instances=1,
            misfire_grace_time=60,
        )
    return scheduler


def main() -> None:
    wait_ready()
    log.configure("scheduler")
    db.connect(settings().database_url)
    domains.load()
    done = threading.Event()
    ending.heeded(done)
    scheduler = _build()
    scheduler.start(paused=True)
    leading = False
    while not done.is_set():
        try:
            db.reconnect_if_lost()
            ours = lease.acquire("scheduler", HOLDER, LEASE_S)
            health.beat("scheduler", "leading" if ours else "standing by")
        except Exception as error:
            logger.warning("scheduler.database_unreachable", error=type(error).__name__)
            ours = False
        if ours != leading:
            logger.info("scheduler.leads" if ours else "scheduler.stands_by")
            (scheduler.resume if ours else scheduler.pause)()
            leading = ours
        done.wait(RENEW_S)
    scheduler.shutdown(wait=False)
    if leading:
        lease.release("scheduler", HOLDER)


if __name__ == "__main__":
    main()

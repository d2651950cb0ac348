"""`python -m iot.ingest`."""

from __future__ import annotations

import gc
import sys
import threading

import peewee
import structlog

from backend import domains
from backend.core import db, ending, log
from backend.ready import wait_ready
from backend.settings import settings
from iot import connection, express, formats
from iot.commands.sending import Sender
from iot.discovery import CATALOGUE
from iot.ingest import partitions
from iot.ingest.crew import RENEW_S, Crew
from iot.ingest.partitions import BadPartitions, Partition

logger = structlog.get_logger()


def main() -> None:
    wait_ready()
    log.configure("ingest")
    db.connect(settings().database_url)
    domains.load()
    plan = planned()
    # Who looks for circles in messages need not look through all that is loaded.
    gc.collect()
    gc.freeze()
    done = threading.Event()
    ending.heeded(done)
    crew = Crew(plan, connection.broker())
    sender = Sender(connection.broker())
    sender.start()
    while not done.is_set():
        try:
            db.reconnect_if_lost()
            crew.expect(partitions.ANNOUNCED, CATALOGUE.topics())
            crew.expect(partitions.EXPRESS, express.topics())
            crew.tick()
        except (peewee.PeeweeException, OSError) as error:
            logger.warning("ingest.database_or_broker_unreachable", error=type(error).__name__)
        except Exception:
            logger.exception("ingest.failed")
        done.wait(RENEW_S)
    sender.stop()
    crew.leave()


def planned() -> tuple[Partition, ...]:
    """The partitions of the settings; a wrong one ends the process with a sentence that says what to mend."""
    topics = [topic for codec in formats.ALL for topic in codec.topics]
    try:
        found = partitions.planned(settings().mqtt_partitions, topics, settings().mqtt_shared)
    except BadPartitions as error:
        sys.exit(f"Linli cannot listen to devices, MQTT_PARTITIONS is wrong: {error}")
    if out := partitions.left_out(found, topics):
        logger.warning("ingest.not_read", topics=out)
    return found

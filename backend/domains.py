"""The domains whose rows are tables of the dynamic database, those that hear of what changes there, and those that say how long
they keep what they hold: a process that works for all of them has to know them."""

from __future__ import annotations

from importlib import import_module

WITH_TABLES = ("backend.residents.actions", "backend.alarms.face", "backend.requests.face")
"""Each registers itself with `backend.records.sources`."""
FOLLOWING = (
    "backend.alarms.actions",
    "backend.care.hooks",
    "iot.routes.alarms",
    "iot.bodies",
    "iot.registry.whereabouts",
    "broadcasts.campaigns.late",
)
"""Each registers itself with `backend.residents.moves`, a file of rows moves people as well as a page does, with `backend.alarms.listeners`, with
`backend.messaging.passing_on`, or knows what rests on a consent."""
WITH_RETENTION = (
    *(
        f"backend.{domain}.retention"
        for domain in (
            *(
                "messaging",
                "residents",
                "inbox",
                "alarms",
                "feedback",
                "requests",
                "events",
                "surveys",
                "care",
            ),
        )
    ),
    "broadcasts.lists.keeping",
    "broadcasts.campaigns.keeping",
    "iot.retention",
)
"""Each registers itself with `backend.core.retention`."""


def load() -> None:
    """Make them known in this process."""
    for name in (*WITH_TABLES, *FOLLOWING, *WITH_RETENTION):
        import_module(name)

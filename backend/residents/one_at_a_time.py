"""What is done about one resident's wellbeing is done one after another, whichever part begins it.

An alarm, its check-in and its visit are rows of two domains, and each domain tells the other: her answer to a check-in ends the
alarm, an answer to the alarm ends the check-in. Locking row by row, the two would wait for each other. So whoever locks any of
these rows takes her turn first.
"""

from __future__ import annotations

from backend.core.db import execute, is_postgres

_CLASS = 0x52455349  # "RESI": our class of advisory locks on PostgreSQL; SQLite has one writer anyway


def hold(resident_id: int) -> None:
    """Keep everybody else's hands off her alarms, check-ins and visits until the transaction ends. Belongs before the lock of
    any row of them, and before an audit entry; holding her already, it does nothing."""
    if is_postgres():
        execute("SELECT pg_advisory_xact_lock(?, ?)", (_CLASS, resident_id))


def taken(resident_id: int) -> bool:
    """`hold` without waiting: False while somebody else's hands are on them."""
    if not is_postgres():
        return True
    return bool(execute("SELECT pg_try_advisory_xact_lock(?, ?)", (_CLASS, resident_id)).fetchone()[0])

"""Printing, by a worker and by the clock: here, where the rows of every domain are known."""

from __future__ import annotations

import broadcasts.lists.rows  # noqa: F401  # the rows register themselves
from backend.printing import batches

JOBS = [("printing.go_on", 10, batches.go_on), ("printing.forget_old", 600, batches.forget_old)]


def step(batch_id: int) -> None:
    """The RQ job: print the next portion."""
    batches.step(batch_id)

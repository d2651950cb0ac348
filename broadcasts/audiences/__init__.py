"""Who is told: every way to find people, and the rows of every domain."""

import backend.events.printing
import backend.printing.record_rows  # noqa: F401  # rows and ways register themselves
import broadcasts.audiences.of_events
import broadcasts.audiences.of_events_to_come
import broadcasts.audiences.of_groups
import broadcasts.audiences.of_lists
import broadcasts.audiences.of_tables  # noqa: F401

"""Everything that can be done to requests, for conversations, pages and the scheduler."""

from backend.requests.asking import (
    cancel,
    cancel_for_desk,
    check_reopen,
    close,
    comment,
    comment_on_rating,
    comment_to_resident,
    rate,
    reopen,
    reopen_for_desk,
)
from backend.requests.assigning import assign
from backend.requests.booking import Booked, Contact, Report, book, same_open
from backend.requests.escalation import close_settled, escalate
from backend.requests.history import Asker, Done
from backend.requests.reached import announce
from backend.requests.slots import SlotTaken, open_slots
from backend.requests.work import accept, check_mine, decline, finish, go, progress, start

__all__ = [
    "Asker",
    "Booked",
    "Contact",
    "Done",
    "Report",
    "SlotTaken",
    "accept",
    "announce",
    "assign",
    "book",
    "cancel",
    "cancel_for_desk",
    "check_mine",
    "check_reopen",
    "close",
    "close_settled",
    "comment",
    "comment_on_rating",
    "comment_to_resident",
    "decline",
    "escalate",
    "finish",
    "go",
    "open_slots",
    "progress",
    "rate",
    "reopen",
    "reopen_for_desk",
    "same_open",
    "start",
]

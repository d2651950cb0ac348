"""What can be done with residents and their files. Each act is one transaction: the right is checked, the act is on the
record, and whoever it concerns is told."""

from backend.residents import source as table  # registers it: every process that does something here knows it
from backend.residents.approval import annotate, approve, ask_correction, correct, place, reject
from backend.residents.changes import approve_change, reject_change, request_change
from backend.residents.claims import accept as accept_claim
from backend.residents.claims import refuse as refuse_claim
from backend.residents.links import activate_email, export_link, send_activation_again
from backend.residents.registering import Applicant, Registered, join_proven, register
from backend.residents.rights import (
    erase,
    erase_file,
    export_by_link,
    export_own_data,
    keep_file,
    request_erasure,
    reveal,
    withdraw_consent,
)

__all__ = [
    "Applicant",
    "Registered",
    "accept_claim",
    "activate_email",
    "annotate",
    "approve",
    "approve_change",
    "ask_correction",
    "correct",
    "erase",
    "erase_file",
    "export_by_link",
    "export_link",
    "export_own_data",
    "join_proven",
    "keep_file",
    "place",
    "refuse_claim",
    "register",
    "reject",
    "reject_change",
    "request_change",
    "request_erasure",
    "reveal",
    "send_activation_again",
    "table",
    "withdraw_consent",
]

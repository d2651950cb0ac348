"""A thread in the staff member's own chat: what she writes is passed on there, and `#12 text` answers it."""

from __future__ import annotations

import re

from backend.core.i18n import Text, _
from backend.fields.base import join
from backend.fields.id_number import masked_in
from backend.fields.words import Words
from backend.inbox.models import Handover
from backend.messaging.outbox import say
from backend.messaging.people import StaffMember

REPLY = re.compile(r"^\s*[#＃]\s*(\d{1,9})[\s:：,，、]+(\S[\s\S]*)$")


def pass_on(handover: Handover, said: Text, *, photo: bool = False) -> None:
    """Say in the staff member's chat what she wrote, and that a photo came (with it or, `said` empty, alone)."""
    if handover.taken_by is None:
        return
    said = in_chat(said) if isinstance(said, str) else said
    lines = [_("#{number}: {said}", number=handover.id, said=said)] if said else []
    if photo:
        lines.append(_("#{number} sent a photo. It is in the inbox of the admin.", number=handover.id))
    words = Words(join(*lines) or "")
    say(StaffMember(handover.taken_by), words, purpose="handover", about=handover.subject)


def in_chat(said: str) -> str:
    """What she said, as it may stand in a colleague's own chat, on a phone of theirs: the number of a document is shown in full
    by the admin alone."""
    return masked_in(said)


def read(text: str) -> tuple[int, str] | None:
    """(number, answer) of `#12 on my way`; None for anything else."""
    match = REPLY.match(text)
    return (int(match[1]), match[2].strip()) if match else None

"""Tying a chat to a staff member: "绑定 123456", with the code made in the admin."""

from __future__ import annotations

import re
from dataclasses import replace

from backend.core.i18n import _
from backend.fields.words import Words
from backend.messaging import people
from backend.requests import queries
from backend.staff.links import claim_link_code
from conversations import colleagues
from conversations.flow import Answer, Command, Person
from conversations.flows import repair_work

_LINK = re.compile(r"^\s*(?:绑定|綁定|员工绑定|bind|link)\s*(?:code|码|:|:)?\s*(\d{6})\s*$", re.IGNORECASE)


def _link(person: Person, argument: str) -> Answer:
    staff = claim_link_code(argument, f"identity:{person.identity_id}")
    if staff is None:
        return Answer.of(
            Words(
                _(
                    "This code does not fit, or it is older than 15 minutes. A new one is made in the admin, under your name."
                ),
                short=_("This code does not fit or is too old. Please make a new one in the admin."),
            )
        )
    people.join_staff(person.identity_id, staff.id)
    hello = colleagues.welcome(staff.name)
    if not queries.jobs_of(staff.id):
        return Answer.of(hello)
    # What was given to them before they could be told.
    return Answer.of(
        replace(hello, options=()), *repair_work.jobs(replace(person, staff_id=staff.id), "").replies
    )


COMMANDS = [Command("staff.link", _link, patterns=(_LINK,))]

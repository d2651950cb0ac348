"""Whose the rows of a list are: residents whom a number or an address tells, else an address of somebody whom we do not know."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from backend.core import clock
from backend.core.access import Actor
from backend.core.i18n import DEFAULT_LOCALE, Msg, _
from backend.fields.base import Context, Misunderstood
from backend.fields.phone import read_phone
from backend.fields.text import Email
from backend.fields.words import Said
from backend.messaging import people
from backend.printing import rows
from backend.residents import consent, known_by
from backend.sheets.cells import Cell, mended, text_of
from broadcasts.lists.columns import DOCUMENT, EMAIL, NUMBER, PHONE, Layout

REASONS: dict[str, Msg] = {
    "unread": _("Not looked at yet"),
    "empty": _("No telephone number, e-mail address or ID number stands here"),
    "bad_phone": _("This is no telephone number"),
    "bad_email": _("This is no e-mail address"),
    "unknown": _("No resident of yours has this number"),
    "twice": _("The same person as in an earlier row"),
}
UNREAD = "unread"
_EMAIL = Email("email", ask="")
_RESIDENTS = "table:resident"
_DIGITS = re.compile(r"\d{1,18}")


@dataclass(slots=True)
class Line:
    """A row on its way; `cells` as in its Layout. What comes of it: whose it is, or why it is nobody's (`wrong`)."""

    number: int
    cells: Sequence[Cell]
    resident_id: int | None = None
    identity_id: int | None = None
    wrong: str | None = None

    @property
    def whose(self) -> tuple[str, int] | None:
        """Names one person, or one address of somebody else."""
        if self.resident_id is not None:
            return "r", self.resident_id
        return ("i", self.identity_id) if self.identity_id is not None else None


def match(actor: Actor, layout: Layout, lines: Sequence[Line], org_id: int) -> None:
    """Find out whose these rows of a list at this Org are, inside the caller's transaction; addresses that are new get an Identity there,
    unproven."""
    said = {role: _said(layout, role, lines) for role in (PHONE, EMAIL, DOCUMENT, NUMBER)}
    phones = _read(said[PHONE], read_phone)
    emails = _read(said[EMAIL], _read_email)
    residents = _by_number(actor, said[NUMBER])
    documents = known_by.documents(actor, set(said[DOCUMENT].values()))
    for number, text in said[DOCUMENT].items():
        if number not in residents and text in documents:
            residents[number] = documents[text]
    for channel, read, known in (("sms", phones, known_by.mobiles), ("email", emails, known_by.emails)):
        _by_address(
            channel, {n: a for n, a in read.items() if a is not None}, lines, residents, known, org_id
        )
    for line in lines:
        line.resident_id = residents.get(line.number, line.resident_id)
        if line.whose is None:
            line.wrong = _why(line.number, said, phones, emails)


def _by_address(
    channel: str,
    addresses: dict[int, str],
    lines: Sequence[Line],
    residents: dict[int, int],
    known: Callable[[set[str]], dict[str, int]],
    org_id: int,
) -> None:
    """By this channel's addresses, where nothing better is known."""
    held = people.held(channel, addresses.values())
    in_files = known(set(addresses.values()))
    for number, address in addresses.items():
        there = held.get(address)
        who = (
            there.resident_id
            if there is not None and there.resident_id is not None
            else in_files.get(address)
        )
        if who is not None:
            residents.setdefault(number, who)
    asked = sorted({residents[n] for n in addresses if n in residents})
    served = set(people.reached(asked)) | (set(asked) - consent.hearing(asked))
    # Of who is reached elsewhere, or not to be told, no address is kept that she did not give.
    needed = {n: a for n, a in addresses.items() if residents.get(n) not in served}
    made = people.ensure_many(channel, needed.values(), org_id)
    for line in lines:
        if line.number in needed and line.identity_id is None:
            line.identity_id = made[needed[line.number]].identity_id


def _by_number(actor: Actor, said: dict[int, str]) -> dict[int, int]:
    """Residents by the system number of their row, as exports have it."""
    numbers = {n: int(text) for n, text in said.items() if _DIGITS.fullmatch(text)}
    source = rows.find(_RESIDENTS)
    if not numbers or source.hearing is None:
        return {}
    subjects = source.hearing.people(source.allowed(actor, sorted(set(numbers.values()))))
    return {n: subjects[row] for n, row in numbers.items() if row in subjects}


def _said(layout: Layout, role: str, lines: Sequence[Line]) -> dict[int, str]:
    place = layout.at(role)
    if place is None:
        return {}
    found = {
        line.number: text_of(mended(line.cells[place], "phone")).strip()
        for line in lines
        if place < len(line.cells)
    }
    return {number: text for number, text in found.items() if text}


def _read(said: dict[int, str], read: Callable[[str], str]) -> dict[int, str | None]:
    """None: it is no such address."""
    found: dict[int, str | None] = {}
    for number, text in said.items():
        try:
            found[number] = read(text[:300])
        except Misunderstood:
            found[number] = None
    return found


def _read_email(text: str) -> str:
    return _EMAIL.parse(Said(text=text), Context(clock.now(), DEFAULT_LOCALE, clock.zone()))


def _why(
    number: int,
    said: dict[str, dict[int, str]],
    phones: dict[int, str | None],
    emails: dict[int, str | None],
) -> str:
    if number in phones:
        return "bad_phone"
    if number in emails:
        return "bad_email"
    return "unknown" if number in said[DOCUMENT] or number in said[NUMBER] else "empty"

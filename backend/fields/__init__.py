"""The Field vocabulary and Form: what can be asked, on any channel, and what came of it. Pure: no I/O, no clock, no channel."""

from backend.fields.address import Address, Home
from backend.fields.base import Context, Field, Misunderstood
from backend.fields.choices import Choice, MultiChoice, YesNo
from backend.fields.commands import Command, command
from backend.fields.condition import FILLED, Condition
from backend.fields.dates import Date
from backend.fields.finder import Choices, Picked
from backend.fields.form import Form
from backend.fields.id_number import GENDERS, ID_TYPES, IdNumber
from backend.fields.media import Location, Photo
from backend.fields.numbers import Decimal, Integer, Money, Rating
from backend.fields.phone import Phone
from backend.fields.slots import TimeSlot
from backend.fields.state import Outcome, Phase, SendCode, State, Step, code_digest
from backend.fields.text import Email, LongText, RealName, Text
from backend.fields.tree import TreeChoice
from backend.fields.words import Media, Option, Place, Said, Words

__all__ = [
    "FILLED", "GENDERS", "ID_TYPES", "Address", "Choice", "Choices", "Command", "Condition", "Context", "Date", "Decimal",
    "Email", "Field", "Form", "Home", "IdNumber", "Integer", "Location", "LongText", "Media", "Misunderstood", "Money",
    "MultiChoice", "Option", "Outcome", "Phase", "Phone", "Photo", "Picked", "Place", "Rating", "RealName", "Said",
    "SendCode", "State", "Step", "Text", "TimeSlot", "TreeChoice", "Words", "YesNo", "code_digest", "command",
]  # fmt: skip

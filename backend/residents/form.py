"""The registration Form: six mandatory fields (row A1) and the home, asked the same on every channel and page.

The e-mail is asked of everybody; "I have no e-mail" is an answer too (an elder with a keypad phone has none), and staff
see it as a flag.
"""

from __future__ import annotations

from backend.core.i18n import _
from backend.fields.address import Address
from backend.fields.base import NONE_WORDS, Field
from backend.fields.choices import Choice, YesNo
from backend.fields.condition import FILLED
from backend.fields.dates import Date
from backend.fields.form import Form
from backend.fields.id_number import GENDERS, ID_TYPES, IdNumber
from backend.fields.phone import Phone
from backend.fields.text import Email, RealName
from backend.residents import consent
from backend.residents.living import LIVING

CONSENT = YesNo(
    "consent",
    label=_("Consent"),
    ask=consent.GENERAL_TEXT,
    ask_short=consent.GENERAL_SHORT,
    ask_spoken=consent.GENERAL_SPOKEN,
    yes=_("I agree"),
    no=_("I do not agree"),
    decisive=True,
)
CONSENT_SENSITIVE = YesNo(
    "consent_sensitive",
    label=_("Consent for sensitive data"),
    ask=consent.SENSITIVE_TEXT,
    ask_short=consent.SENSITIVE_SHORT,
    ask_spoken=consent.SENSITIVE_SPOKEN,
    yes=_("I agree"),
    no=_("I do not agree"),
    decisive=True,
)
NAME = RealName(
    "name",
    label=_("Name"),
    ask=_("What is your name, as on your ID?"),
    ask_spoken=_("Please say your full name, as on your ID."),
)
ID_TYPE = Choice(
    "id_type",
    label=_("ID document"),
    options=ID_TYPES,
    ask=_("Which document do you register with?"),
    ask_short=_("Which document?"),
    ask_spoken=_("Which document do you register with?"),
)
ID_NUMBER = IdNumber(
    "id_number",
    label=_("ID number"),
    type_from="id_type",
    sensitive=True,
    ask=_("What is its number?"),
    ask_spoken=_("Please key in its number. For the letter X, press star at the end."),
    help=_("The number shows that you are you; nobody else can register in your name. It is kept encrypted."),
)
BIRTHDAY = Date(
    "birthday",
    label=_("Birthday"),
    birthday=True,
    unless=FILLED,
    ask=_("When were you born? Like 1948-03-05."),
    ask_spoken=_("When were you born? Please key in eight digits: the year, the month, the day."),
)
GENDER = Choice(
    "gender",
    label=_("Gender"),
    options=GENDERS,
    unless=FILLED,
    ask=_("Your gender, as on your ID?"),
)
MOBILE = Phone(
    "mobile",
    label=_("Mobile"),
    verify="code",
    sensitive=True,
    ask=_("What is your mobile number? We send it a code, so that nobody registers with your number."),
    ask_short=_("Your mobile number?"),
    ask_spoken=_("Please key in your mobile number, eleven digits."),
)
EMAIL = Email(
    "email",
    label=_("E-mail"),
    verify="link",
    sensitive=True,
    ask=_("Your e-mail address? We send it a link to confirm. If you have none, just say so."),
    ask_short=_("Your e-mail?"),
    ask_spoken=_("What is your e-mail address?"),
    none_words=(
        *NONE_WORDS,
        *(
            "没有邮箱",
            "我没有邮箱",
            "没邮箱",
            "没有电子邮箱",
            "我没有",
            "我没邮箱",
            "我不用邮箱",
            "不用邮箱的",
            "没用过",
            "没用邮箱",
            "没弄过",
            "没",
            "没有邮件",
            "不用邮箱",
            "不会用",
            "没有的",
        ),
        *("no email", "no e-mail", "i have no email", "i have no e-mail", "i have none", "don't have"),
    ),
    none_label=_("I have no e-mail"),
)
HOME = Address(
    "home",
    label=_("Home address"),
    ask=_("Where do you live? Building, unit and room, like 3-2-501. It is where a repair worker will come."),
    ask_short=_("Your home? Like 3-2-501"),
    ask_spoken=_(
        "Where do you live? Please say building, unit and room, like building three, unit two, room five zero one."
    ),
)
COMMUNITY = Choice(
    "community",
    label=_("Community"),
    options_from="communities",
    when={"fact": "communities", "op": "filled"},
    ask=_("Which community do you live in?"),
)

FILE: dict[str, Field] = {
    f.name: f for f in (NAME, GENDER, BIRTHDAY, ID_TYPE, ID_NUMBER, MOBILE, EMAIL, HOME, *LIVING)
}
"""The Fields that a file consists of, by name, in the order in which a page shows them."""

REGISTRATION = Form(
    "registration",
    _("Registration"),
    [
        *(CONSENT, COMMUNITY, NAME),
        *(CONSENT_SENSITIVE, ID_TYPE, ID_NUMBER, BIRTHDAY, GENDER),
        *(MOBILE, EMAIL, HOME),
    ],
    intro=_("Registering takes about three minutes. You can stop at any time and go on later."),
    confirm_label=_("All right, register me"),
)

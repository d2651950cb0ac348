"""What staff should look at before they approve: noted while a file is made, shown on its page."""

from __future__ import annotations

from backend.core.i18n import Msg, _

FLAGS: dict[str, Msg] = {
    "no_email": _("Has no e-mail address"),
    "heard_name": _("The name was heard on the phone: please check how it is written"),
    "shared_mobile": _("Somebody else is registered with this mobile number: a family phone, or a mistake?"),
    "unproven_mobile": _("The mobile number was not proven by a code"),
    "rejected_before": _("A registration with this ID number was rejected before"),
    "entered_by_staff": _("Entered by staff for the resident"),
    "no_consent": _("Came from a list of the office: the consent to keep these data is still to be obtained"),
}


def listed(flags: str) -> list[str]:
    return [f for f in flags.split() if f in FLAGS]


def joined(flags: set[str] | list[str]) -> str:
    return " ".join(f for f in FLAGS if f in flags)

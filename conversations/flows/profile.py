"""My file: see it, change it (with the office's approval), take it along, take consent back, have it deleted."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from backend.core.errors import Invalid
from backend.core.i18n import Text, _, render
from backend.fields.base import Field
from backend.fields.choices import Choice, Choices, YesNo
from backend.fields.form import Form
from backend.fields.text import LongText
from backend.fields.words import Option, Words
from backend.residents import actions, queries
from backend.residents.form import BIRTHDAY, EMAIL, FILE, GENDER, HOME, ID_NUMBER, ID_TYPE, MOBILE, NAME
from backend.settings import settings
from conversations.flow import Answer, Command, Flow, Opening, Person, Submitted

CHANGE = Option("flow:file_change", _("Change something"))
EXPORT = Option("file.export:", _("Download my data"))
DELETE = Option("flow:file_delete", _("Delete my data"))
WITHDRAW = Option("flow:consent_withdraw", _("Take back my consent"))
EMAIL_AGAIN = Option("file.email:", _("Send the e-mail link again"))

CHANGEABLE = ("name", "gender", "birthday", "id_number", "mobile", "email", "home")

_FILE = re.compile(
    r"(?:我的|查看|看看|个人)(?:资料|档案|信息|个人资料|登记信息)|\bmy (?:file|data|profile|details)\b",
    re.IGNORECASE,
)
_EXPORT = re.compile(
    r"(?:导出|下载|拷贝)(?:我的)?(?:个人)?(?:资料|数据|信息|档案)|\b(?:export|download) (?:my )?(?:data|file)\b",
    re.IGNORECASE,
)
_CHANGE = re.compile(
    r"(?:修改|更改|更新|变更|改)(?:一下|个)?(?:我的)?(?:个人)?(?:资料|档案|信息|手机号?码?|电话|邮箱|地址|住址|姓名|名字)|我?(?:换了?|改了?)(?:手机|号码|电话|邮箱)"
    r"|我?搬家了?|\b(?:change|update) my (?:file|data|profile|details|name|phone|mobile|number|e-?mail|address)\b|\bi(?:'ve| have)? moved\b",
    re.IGNORECASE,
)
_DELETE = re.compile(
    r"注销(?:账号|账户|登记|注册)?|(?:删除|清除)(?:我的)?(?:个人)?(?:全部|所有)?(?:资料|数据|信息|档案)"
    r"|\b(?:delete|erase|remove) my (?:data|file|account|profile)\b|\bforget me\b",
    re.IGNORECASE,
)
_WITHDRAW = re.compile(
    r"(?:撤回|收回|撤销|取消)(?:我的)?(?:同意|授权)|\b(?:withdraw|take back|revoke) (?:my )?consent\b",
    re.IGNORECASE,
)
_WHICH = (
    ("mobile", re.compile(r"手机|电话|号码|phone|mobile|number", re.IGNORECASE)),
    ("email", re.compile(r"邮箱|邮件|e-?mail", re.IGNORECASE)),
    ("home", re.compile(r"地址|住址|搬家|address|moved", re.IGNORECASE)),
    ("name", re.compile(r"姓名|名字|\bname\b", re.IGNORECASE)),
)


def _not_by_phone() -> Answer:
    """A caller's number can be forged: nothing about a file is changed on its word alone."""
    return Answer.of(
        Words(
            _(
                "To keep your file safe, this cannot be done on the phone. Please write to us by text message or in the chat, "
                "or come to the office."
            )
        )
    )


# --- seeing ---------------------------------------------------------------------------------------------------


def _show(person: Person, argument: str) -> Answer:
    view = queries.own_file(person.resident_id or 0, person.locale)
    lines = [f"{render(label, person.locale)}: {value}" for label, value in view.lines]
    status = render(view.status, person.locale)
    options = [CHANGE, EXPORT, DELETE, WITHDRAW]
    if view.email_unconfirmed:
        options.insert(1, EMAIL_AGAIN)
    return Answer.of(
        Words(
            _("**Your file** ({status})\n{lines}", status=status, lines="\n".join(lines)),
            short=_(
                "Your file ({status}): {lines}", status=status, lines="; ".join(v for _l, v in view.lines)
            ),
            spoken=_("Your file: {status}. What would you like to do?", status=status),
            options=tuple(options),
        )
    )


def _export(person: Person, argument: str) -> Answer:
    link = actions.export_link(person.resident_id or 0)
    return Answer.of(
        Words(
            _(
                "Here you can download everything that we hold about you, once, within 15 minutes:\n{link}",
                link=link,
            ),
            short=_("Your data, once, within 15 minutes: {link}", link=link),
            spoken=_(
                "Please ask for this by text message or chat: we cannot read a link to you on the phone."
            ),
            sensitive=True,
        )
    )


def _email_again(person: Person, argument: str) -> Answer:
    if actions.send_activation_again(person.resident_id or 0):
        return Answer.of(Words(_("A new link is on its way to your e-mail address. It works for 48 hours.")))
    return Answer.of(
        Words(_("There is nothing to confirm: your e-mail address is confirmed, or you have none."))
    )


# --- changing -------------------------------------------------------------------------------------------------


def _when(what: str, field: Field, **more: Any) -> Field:
    return replace(field, when={"field": "what", "op": "eq", "value": what}, unless=None, **more)


FILE_CHANGE = Form(
    "file_change",
    _("Change my file"),
    [
        Choice(
            "what",
            label=_("What to change"),
            options=[Choices(n, FILE[n].label, words=FILE[n].aliases) for n in CHANGEABLE],
            ask=_("What shall we change in your file?"),
        ),
        _when("name", NAME),
        _when("gender", GENDER),
        _when("birthday", BIRTHDAY),
        _when("id_number", ID_TYPE),
        _when("id_number", ID_NUMBER),
        _when("mobile", MOBILE),
        _when("email", EMAIL),
        _when("home", HOME, ask=_("Where do you live now? Building, unit and room, like 3-2-501.")),
        LongText(
            "why",
            label=_("Reason"),
            optional=True,
            max_length=300,
            ask=_("Is there a reason that the office should know? (You can skip this.)"),
            ask_short=_("A reason, for the office?"),
        ),
    ],
    confirm_label=_("All right, change it"),
)


def _start_change(person: Person, text: str) -> Opening | Answer:
    if person.channel == "voice":
        return _not_by_phone()
    what = next((name for name, pattern in _WHICH if pattern.search(text)), None)
    return Opening(prefill={"what": what} if what else {}, facts={"known": ""})


def _submit_change(person: Person, done: Submitted) -> Answer:
    if person.channel == "voice":
        return _not_by_phone()  # she took the conversation along from another channel
    what = str(done.answers["what"])
    names = ("id_type", "id_number") if what == "id_number" else (what,)
    changes: dict[str, Any] = {n: done.answers.get(n) for n in names}
    if what == "id_number":
        changes |= ID_NUMBER.fills(changes["id_number"])
    try:
        waiting = actions.request_change(
            person.resident_id or 0,
            changes,
            channel=person.channel,
            identity_id=person.identity_id,
            why=done.answers.get("why", ""),
        )
    except Invalid as nothing:
        return Answer.of(Words(nothing.text))
    label: Text = FILE[what].label
    if waiting is None:
        return Answer.of(Words(_("Thank you, “{label}” is changed.", label=label)))
    return Answer.of(
        Words(
            _(
                "Thank you. The office looks at the new “{label}” and tells you here; until then your file stays as it is.",
                label=label,
            ),
            short=_("Thank you. The office looks at the new “{label}” and tells you.", label=label),
        )
    )


def _correct(person: Person, field: str) -> Opening | Answer:
    if person.channel == "voice":
        return _not_by_phone()
    return Opening("file_change", prefill={"what": field} if field in CHANGEABLE else {})


# --- leaving --------------------------------------------------------------------------------------------------

FILE_DELETE = Form(
    "file_delete",
    _("Delete my data"),
    [
        YesNo(
            "sure",
            label=_("Delete"),
            decisive=True,
            ask=_(
                "We then delete your name, ID number, phone, e-mail and address, and your messages. An open repair would have to be "
                "finished first. Shall the office delete your file?"
            ),
            ask_short=_("We then delete your file and messages for good. Delete it?"),
            yes=_("Yes, delete it"),
            no=_("No, keep it"),
        ),
        LongText(
            "why",
            label=_("Reason"),
            optional=True,
            max_length=300,
            ask=_("Would you tell us why? (You can skip this.)"),
        ),
    ],
    review=False,
)
CONSENT_WITHDRAW = Form(
    "consent_withdraw",
    _("Take back my consent"),
    [
        YesNo(
            "sure",
            label=_("Take back my consent"),
            decisive=True,
            ask=_(
                "Without your consent we may not keep your file, so it is deleted then. Shall I take your consent back?"
            ),
            ask_short=_("Without consent we delete your file. Take it back?"),
            yes=_("Yes, take it back"),
            no=_("No, leave it"),
        )
    ],
    review=False,
)


def _start_plain(person: Person, text: str) -> Opening | Answer:
    return _not_by_phone() if person.channel == "voice" else Opening()


def _submit_delete(person: Person, done: Submitted) -> Answer:
    if not done.answers["sure"]:
        return Answer.of(_stays())
    if person.channel == "voice":
        return _not_by_phone()
    actions.request_erasure(
        person.resident_id or 0,
        channel=person.channel,
        identity_id=person.identity_id,
        why=done.answers.get("why", ""),
    )
    return Answer.of(
        Words(
            _(
                "The office has your wish and deletes your file within 15 days; I tell you here when it is done. Questions: {hotline}.",
                hotline=settings().hotline,
            ),
            short=_("The office deletes your file within 15 days and tells you."),
        )
    )


def _submit_withdraw(person: Person, done: Submitted) -> Answer:
    if not done.answers["sure"]:
        return Answer.of(_stays())
    if person.channel == "voice":
        return _not_by_phone()
    actions.withdraw_consent(person.resident_id or 0, channel=person.channel, identity_id=person.identity_id)
    return Answer.of(
        Words(
            _(
                "Your consent is taken back. The office deletes your file within 15 days and I tell you here when it is done."
            ),
            short=_("Your consent is taken back; your file is deleted within 15 days."),
        )
    )


def _stays() -> Words:
    return Words(_("All right, everything stays as it is."))


FLOWS = [
    Flow(
        "file_change", FILE_CHANGE, _("Change my file"), _start_change, _submit_change, (_CHANGE,), "resident"
    ),
    Flow(
        "file_delete", FILE_DELETE, _("Delete my data"), _start_plain, _submit_delete, (_DELETE,), "resident"
    ),
    Flow(
        "consent_withdraw",
        CONSENT_WITHDRAW,
        _("Take back my consent"),
        _start_plain,
        _submit_withdraw,
        (_WITHDRAW,),
        "resident",
    ),
]
COMMANDS = [
    Command("file", _show, _("My file"), (_FILE,), "resident", menu=80),
    Command("file.export", _export, patterns=(_EXPORT,), audience="resident"),
    Command("file.email", _email_again, audience="resident"),
    Command("file.correct", _correct, audience="resident"),
]

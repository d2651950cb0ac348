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

_KEPT = r"(?:个人)?(?:资料|档案|信息|数据|登记信息|注册信息|记录)"
_FILE = re.compile(
    rf"(?:我的?|查看?|看看?|看一下|核对|查询|个人|登记的?|注册的?|存的?|填的?)(?:一下|下)?(?:我的?)?(?:登记的?|注册的?|存的?|填的?|住户)?{_KEPT}(?:对不对|对吗|有没有错|是什么|有哪些)?|(?:我)?登记的(?:信息|资料|内容|东西)?(?:都)?(?:是|有)(?:什么|啥|哪些)|(?:你们)?(?:存|记|登记)了我(?:的)?(?:什么|哪些)\S{{0,6}}"
    r"|\b(?:my|view my|show my|see my|check my) (?:own )?(?:file|data|profile|details|info(?:rmation)?|account|record)\b|\bwhat (?:data |information |details )?do you (?:have|know|hold|keep|store) (?:on|about) me\b",
    re.IGNORECASE,
)
_EXPORT = re.compile(
    r"(?:导出|下载|拷贝)(?:我的)?(?:个人)?(?:资料|数据|信息|档案)|\b(?:export|download) (?:my )?(?:data|file)\b",
    re.IGNORECASE,
)
_PART = r"(?:手机号?码?|电话(?:号码)?|号码|联系方式|邮箱|邮件地址|地址|住址|门牌号?|房号|楼号|姓名|名字|生日|出生日期|性别|身份证号?码?|证件号?码?|资料|档案|信息)"
_EN_PART = r"(?:file|data|profile|details|info(?:rmation)?|name|phone|mobile|cell|number|e-?mail|address|flat|birthday|id)"
_CHANGE = re.compile(
    rf"(?:修改|更改|更新|变更|更正|改正|改|换|订正|纠正)(?:一下|下|个|了|成)?(?:新的?)?(?:我的?)?(?:登记的?|个人)?{_PART}|(?:把|将)?(?:我的?)?(?:登记的?)?{_PART}(?:都|要|也|给|写|填|登记|登|录|打|是|有|信息|已经|全|想|需要|的)*(?:改|换|变|错|不对|有误|更新|更正|修改|不是这个)\S{{0,4}}|要更正"
    r"|我?(?:刚)?(?:换了?|改了?)(?:个|新|了)*(?:手机|号码?|电话|邮箱|微信)(?:号码?)?(?:了)?|我?(?:们)?(?:家)?(?:刚|已经|要|从.{1,6})?搬(?:家|到|去|走|了)(?!来).{0,8}|新(?:手机)?号码?(?:是)?"
    rf"|\b(?:change|update|correct|edit|fix|modify) (?:my|the|our) (?:\w+ )?{_EN_PART}\b(?: number| address)?|\bmy (?:\w+ )?{_EN_PART}(?: number| address)? (?:has |have |is |was )?(?:changed|wrong|incorrect|misspel\w+|different|new|not right)\b|\b(?:i |we )?(?:have |got |'ve got |'ve |changed to )a new (?:phone|mobile|number|e-?mail|address|flat)\b"
    r"|\b(?:i|we)(?:'ve| have)? moved\b(?! in\b)(?: (?:to|house|out|away|flat)\b.{0,20})?|\bmoved to (?:another|a new|a different|building|flat)\b.{0,12}|\bspelled wrong\b",
    re.IGNORECASE,
)
_DELETE = re.compile(
    rf"注销(?:我的?)?(?:账号|帐号|账户|登记|注册|户)?|(?:删除|清除|删掉|删了|删|抹掉|抹去|销毁|清空|去掉|移除)(?:一下)?(?:我的?|所有|全部|关于我的)*(?:{_KEPT}|账号|帐号|账户)|(?:把|将)?(?:我的?|所有的?|关于我的)?(?:{_KEPT}|账号|帐号|账户)(?:都|全部|全|给|统统|我|要|想|能|可以|帮我|请)*(?:删|注销|清除|抹掉|销毁|清空|销)\S{{0,3}}|销户|不想(?:再)?用(?:你们|这个).{{0,6}}了"
    r"|\b(?:delete|erase|remove|wipe) (?:all )?(?:of )?(?:my|the) (?:personal )?(?:data|file|account|profile|info(?:rmation)?|details|registration)\b|\b(?:delete|erase|remove|wipe) (?:everything|all) (?:about|you have)\b.{0,12}|\bforget me\b|\b(?:close|cancel|deactivate) my (?:account|registration)\b",
    re.IGNORECASE,
)
_WITHDRAW = re.compile(
    rf"(?:撤回|收回|撤销|取消|解除|终止)(?:一下)?(?:我的?|对你们的?)?(?:个人)?(?:信息|数据|隐私)?(?:的)?(?:使用|处理)?(?:的)?(?:同意|授权|许可)(?:书)?|(?:我)?不(?:再)?(?:同意|授权|允许|准|许|想让|要|想)(?:你们)?(?:再|继续|收集|用|使用|保存|处理|存|留|拿)+(?:着)?(?:我的?)?{_KEPT}了?|(?:停止|别|不要)(?:再)?(?:使用|收集|用)我的?{_KEPT}(?:了)?"
    r"|\b(?:withdraw|take back|revoke|cancel|retract) (?:my )?(?:consent|permission|agreement)\b|\b(?:no longer|don'?t|do not) (?:agree|consent)\b.{0,30}|\bstop (?:using|keeping|storing|processing) my (?:\w+ )?(?:data|info\w*|details)\b",
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
        "file_change",
        FILE_CHANGE,
        _("Change my file"),
        _start_change,
        _submit_change,
        (_CHANGE,),
        "resident",
        examples=(
            "我换手机号了",
            "改一下电话号码",
            "地址要改",
            "名字写错了",
            "我搬家了",
            "更新我的资料",
            "change my phone number",
            "my address has changed",
            "my name is misspelled",
        ),
    ),
    Flow(
        "file_delete",
        FILE_DELETE,
        _("Delete my data"),
        _start_plain,
        _submit_delete,
        (_DELETE,),
        "resident",
        examples=("删除我的资料", "注销账号", "把我的信息都删了", "delete my account", "erase all my data"),
    ),
    Flow(
        "consent_withdraw",
        CONSENT_WITHDRAW,
        _("Take back my consent"),
        _start_plain,
        _submit_withdraw,
        (_WITHDRAW,),
        "resident",
        examples=(
            "撤回同意",
            "收回授权",
            "不同意你们用我的信息",
            "withdraw my consent",
            "stop using my data",
        ),
    ),
]
COMMANDS = [
    Command(
        "file",
        _show,
        _("My file"),
        (_FILE,),
        "resident",
        menu=80,
        examples=("看看我的资料", "我登记的信息", "查我的档案", "show my file", "what do you know about me"),
    ),
    Command("file.export", _export, patterns=(_EXPORT,), audience="resident"),
    Command("file.email", _email_again, audience="resident"),
    Command("file.correct", _correct, audience="resident"),
]

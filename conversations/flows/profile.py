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
from backend.fields.step import PHOTOS
from backend.fields.text import LongText
from backend.fields.words import Option, Words
from backend.residents import actions, files, queries
from backend.residents.form import BIRTHDAY, EMAIL, FILE, GENDER, HOME, ID_NUMBER, ID_TYPE, MOBILE, NAME
from backend.residents.living import RELATION, RESIDENCE, TENANCY
from backend.settings import settings
from conversations.flow import Answer, Command, Flow, Opening, Person, Submitted
from conversations.flows.privacy import SETTINGS

CHANGE = Option("flow:file_change", _("Change something"))
EXPORT = Option("file.export:", _("Download my data"))
DELETE = Option("flow:file_delete", _("Delete my data"))
WITHDRAW = Option("flow:consent_withdraw", _("Take back my consent"))
EMAIL_AGAIN = Option("file.email:", _("Send the e-mail link again"))

CHANGEABLE = (
    *("name", "gender", "birthday", "id_number", "mobile", "email", "home"),
    *("residence", "relation", "tenancy_until"),
)
_LABELS: dict[str, Text] = {n: FILE[n].label for n in CHANGEABLE} | {"tenancy_until": _("Tenancy")}

_KEPT = r"(?:个人)?(?:资料|档案|信息|数据|登记信息|注册信息|记录)"
_FILE = re.compile(
    rf"(?:我的?|查看?|看看?|看一下|核对|查询|个人|登记的?|注册的?|存的?|填的?)(?:一下|下)?(?:我的?)?(?:登记的?|注册的?|存的?|填的?|住户)?{_KEPT}(?:对不对|对吗|有没有错|是什么|有哪些)?|(?:我)?登记的(?:信息|资料|内容|东西)?(?:都)?(?:是|有)(?:什么|啥|哪些)|(?:你们)?(?:存|记|登记)了我(?:的)?(?:什么|哪些)\S{{0,6}}"
    r"|\b(?:my|view my|show my|see my|check my) (?:own )?(?:file|data|profile|details|info(?:rmation)?|account|record)\b|\bwhat (?:data |information |details )?do you (?:have|know|hold|keep|store) (?:on|about) me\b",
    re.IGNORECASE,
)
_LOOK = re.compile(
    r"你们.{0,3}有(?:我|关于我)的?(?:什么|哪些|啥).{0,6}|我的?(?:账户|账号|帐号)(?:信息|资料)|我的?(?:名字|姓名|身份证号?|电话|手机号?|地址|生日).{0,2}登记(?:了|得|的|对)*(?:没|没有|吗|对).{0,4}|(?:看看?|(?<!调)查查?|核对|想知道|确认)(?:一下|下)?.{0,8}(?:我|自己)(?:的)?.{0,4}(?:登记|留|填|存|写|记)(?:了|的|得)?.{0,10}|我(?:留|登记|填|写)的.{0,5}(?:电话|手机号?|号码|地址|住址|名字|姓名|生日|邮箱).{0,4}(?:是|对|多少|哪|什么|啥|没错|$).{0,6}|看看?.{0,4}自己的?(?:资料|信息|档案)|我的?(?:电话|手机号?|号码|地址|住址|名字|姓名|生日|邮箱|身份证)(?:登记|留|写|填|存)?(?:得|的|了)?.{0,3}(?:是多少|是什么|是哪|写的什么|哪个|对不对|对没|对吗|没有?错)"
    r"|(?:登记|存|记|掌握|知道|收集|保存)(?:录)?(?:了|着)?(?:我|关于我)(?:的)?(?:些|哪些|什么|啥).{0,6}|(?:我)?登记了?(?:些|哪些)(?:啥|什么)?|^\W*(?:个人中心|个人资料|资料核对|核对资料)\W*$"
    r"|\b(?:what|which) (?:\w+ ){0,3}?(?:phone|number|address|e-?mail|name|birthday)\b.{0,12}\b(?:do you have|did i (?:register|give|leave)|have you|is registered)\b.{0,14}|\bis my (?:\w+ ){0,2}?(?:phone|number|address|e-?mail|name|data)\b.{0,12}\b(?:correct|right|ok)\b.{0,16}|\bwhat(?:'s| is) my registered \w+\b|\b(?:see|view|show|look at|check) (?:what|everything|all) you (?:have|know|hold|keep|store)\w*\b.{0,20}|\bwhat do you know about me\b|\bpersonal (?:info(?:rmation)?|data|details)\b",
    re.IGNORECASE,
)
_EXPORT = re.compile(
    r"(?:导出|下载|拷贝)(?:我的)?(?:个人)?(?:资料|数据|信息|档案)|\b(?:export|download) (?:my )?(?:data|file)\b",
    re.IGNORECASE,
)
_PART = r"(?:手机号?码?|电话(?:号码)?|号码|联系方式|邮箱|邮件地址|地址|住址|门牌号?|房号|楼号|姓名|名字|生日|出生日期|性别|身份证号?码?|证件号?码?|资料|档案|信息)"
_EN_PART = r"(?:file|data|profile|details|info(?:rmation)?|name|phone|mobile|cell|number|e-?mail|address|flat|birthday|id)"
_CHANGE = re.compile(
    rf"(?:修改|更改|更新|变更|更正|改正|改|换|订正|纠正)(?:一下|下|个|了|成)?(?:新的?)?(?:我的?)?(?:登记的?|个人)?{_PART}|(?:把|将)?(?:我的?)?(?:登记的?)?{_PART}(?:都|要|也|给|写|填|登记|登|录|打|是|有|信息|已经|全|想|需要|的)*(?:改|换|变|错|不对|有误|更新|更正|修改|不是这个)\S{{0,4}}|要更正|(?:我的?)?(?:登记的?)?(?:性别|生日|姓名|名字|电话|号码|地址|门牌号?|房号|身份证号?|信息|邮箱).{{0,3}}(?:搞|弄|记|写|登|填|打|留|录|登记)(?:的)?(?:错|反)了?.{{0,6}}|(?:更改|修改|变更|更新|更换|改|换绑?|换)(?:一下|下|绑)?(?:我的?|登记的?|联系)*(?:手机|电话|号码|地址|邮箱|住址|名字|联系方式|联系人)(?:号码?)?|(?:老|旧|原来(?:的|那个)?)(?:手机)?(?:号码?|电话).{{0,4}}(?:不用|停|没用|作废).{{0,10}}|(?:现在|以后|改)用这个(?:号码?|手机|电话)了?"
    r"|我?(?:刚)?(?:换了?|改了?)(?:个|新|了)*(?:手机|号码?|电话|邮箱|微信)(?:号码?)?(?:了)?|(?<![删销记]，)(?<![删销]了，)我?(?:们)?(?:家)?(?:刚|已经|要|从.{1,6})?搬(?:家|到|去|走|了)(?!来)(?!.{0,14}[删销]).{0,8}|新(?:手机)?号码?(?:是)?"
    rf"|\b(?:changed?|update|correct|edit|fix|modify) (?:my|the|our) (?:\w+ )?{_EN_PART}\b(?: number| address)?|\bmy (?:\w+ )?{_EN_PART}(?: number| address)? (?:has |have |is |was )?(?:changed|wrong|incorrect|misspel\w+|different|new|not right)\b|\b(?:i |we )?(?:have |got |'ve got |'ve |changed to )a new (?:phone|mobile|number|e-?mail|address|flat)\b"
    r"|\b(?:i|we)(?:'ve| have)? moved\b(?! in\b|.{0,16}\b(?:delete|remove|erase|cancel))(?: (?:to|house|out|away|flat)\b.{0,20})?|\bmoved to (?:another|a new|a different|building|flat)\b.{0,12}|\bspelled wrong\b|\b(?:wrong|old|incorrect) (?:address|name|phone|number|e-?mail|birthday)\b.{0,14}|\bnew (?:phone|mobile|cell|number)\b(?: number)?",
    re.IGNORECASE,
)
_LIVING = re.compile(
    r"(?:我的?|我们家?的?|家里的?)?(?:租约|租期|租房合同|房屋租赁)(?:已经|快|要|马上)*(?:到期|续签?|续租|延长|变更|更新|变|改).{0,8}|(?:修改|更改|更新|登记|填写|补充|改)(?:一下|下)?(?:我的?)?(?:居住类型|户籍|户口|租约|租期|租房(?:信息|情况)|房东(?:信息|电话)?|与?户主的?关系)|(?:换|登记|更新)(?:了|个)?房东(?:了)?|(?:续租|续签)(?:了|合同).{0,4}"
    r"|\b(?:renewed|extended?|update|change) (?:my |our |the )?(?:lease|tenancy|landlord|residence type)\b.{0,16}|\bmy (?:lease|tenancy) (?:ends?|ended|was renewed|has been renewed|is renewed)\b.{0,16}",
    re.IGNORECASE,
)
_DELETE = re.compile(
    rf"注销(?:我的?)?(?:账号|帐号|账户|登记|注册|户)?|(?:删除|清除|删掉|删了|删|抹掉|抹去|销毁|清空|去掉|移除)(?:一下)?(?:我的?|所有|全部|关于我的)*(?:{_KEPT}|账号|帐号|账户)|(?:把|将)?(?:我的?|所有的?|关于我的)?(?:{_KEPT}|账号|帐号|账户)(?:都|全部|全|给|统统|我|要|想|能|可以|帮我|请)*(?:删|注销|清除|抹掉|销毁|清空|销)\S{{0,3}}|销户|(?:删|注销)(?:除|了|掉)?(?:我|本人|账?号|用户)(?:吧|了|谢谢)?|把我(?:的)?(?:都|给|全|从.{{1,8}})*(?:删|注销|去掉|除名)(?:了|除|掉)?(?:吧)?|从.{{1,8}}(?:删除|删掉|去掉|移除)我|彻底删.{{0,4}}|(?:我)?(?:已经)?搬走了?.{{0,8}}(?:注销|删|销号).{{0,4}}|(?:取消登记|注销|删).{{0,4}}我(?:已经)?搬走了?|(?:请|帮我|我要|已经搬走了?.{{0,4}})注销|(?:资料|信息|档案|记录).{{0,6}}(?:别留|不要留|删).{{0,6}}|(?:取消|注销|删除|退出)(?:我的?)?(?:账号|帐号|账户|登记|注册)|(?:搬走|搬家|不住).{{0,10}}(?:删|注销|销号).{{0,4}}|(?:取消登记|注销|删).{{0,6}}(?:搬走|不住).{{0,3}}|销号|删掉?关于我.{{0,6}}|别留.{{0,3}}我?的?(?:资料|信息).{{0,6}}|不想(?:在|让)?.{{0,6}}(?:有|留)(?:下)?(?:我的?)?(?:任何)?记录|(?:把)?关于我的.{{0,6}}[删清].{{0,6}}|不想(?:再)?用(?:你们|这个).{{0,6}}了"
    r"|\b(?:delete|erase|remove|wipe) (?:all )?(?:of )?(?:my|the) (?:personal )?(?:data|file|account|profile|info(?:rmation)?|details|registration)\b|\b(?:delete|erase|remove|wipe) (?:everything|all) (?:about|you have)\b.{0,12}|\b(?:moved out|moved away|leaving)\b.{0,10}\b(?:delete|remove|erase|cancel)\b.{0,30}|\bforget me\b|\b(?:delete|erase|remove|unregister|deregister) me\b.{0,24}|\b(?:take|get) me (?:out of|off) (?:your|the) (?:records?|system|files?|database|list)\b|\b(?:get rid of|destroy|clear) (?:all )?my (?:personal )?(?:data|file|info\w*|details|records?)\b|\b(?:my|all) (?:data|info\w*|details|file|account|records?) (?:to be )?(?:deleted|erased|removed)\b|\b(?:delete|erase|remove|wipe) (?:everything|all)(?: that)? (?:you )?(?:know|have|hold|keep|store|about)\b.{0,16}|\bcancel my registration as\b.{0,12}|\bderegister\b|\b(?:close|cancel|deactivate) my (?:account|registration)\b",
    re.IGNORECASE,
)
_WITHDRAW = re.compile(
    rf"(?:撤回|收回|撤销|撤掉).{{0,6}}(?:同意|授权|许可).{{0,3}}|\bchanged? my mind\b.{{0,16}}\b(?:consent|data|permission)\b.{{0,12}}|"
    rf"(?:撤回|收回|撤销|取消|解除|终止)(?:一下)?(?:我的?|对你们的?)?(?:个人)?(?:信息|数据|隐私)?(?:的)?(?:使用|处理)?(?:的)?(?:同意|授权|许可)(?:书)?|(?:我)?不(?:再)?(?:同意|授权|允许|准|许|想让|要|想)(?:你们)?(?:再|继续|收集|用|使用|保存|处理|存|留|拿)+(?:着)?(?:我的?)?{_KEPT}了?|(?:我)?(?:不(?:再|想|愿意|准|许|要|想要|答应|允许|想让|能)?|拒绝|别|停止|反对|不愿意?|不同意)(?:你们|再|让|被|继续)*(?:社区|你们|他们|物业)?(?:再|继续|来)?(?:收集|用|使用|保存|处理|存|保留|掌握|拿)(?:着)?(?:关于)?(?:我的?|个人)*(?:信息|资料|数据|档案|隐私)了?|^\W*(?:我)?(?:不同意了|不授权了?|反悔了.{{0,12}})\W*$|(?:把)?(?:我的?)?授权(?:我)?(?:要|想|给)*(?:撤|取消|收回)(?:了|掉|回)?|(?:停止|别|不要)(?:再)?(?:使用|收集|用)我的?{_KEPT}(?:了)?"
    r"|\b(?:withdraw|take back|revoke|cancel|retract) (?:my )?(?:consent|permission|agreement)\b|\b(?:no longer|don'?t|do not) (?:agree|consent)\b.{0,30}|\b(?:don't|do not|not|never|no longer)(?: \w+){0,4}? (?:keep|store|use|process|collect|have|hold|save)(?: of)? (?:my|our) (?:\w+ )?(?:data|info\w*|details)\b.{0,14}|\bstop (?:using|keeping|storing|processing|collecting|saving) my (?:\w+ )?(?:data|info\w*|details)\b",
    re.IGNORECASE,
)
_WHICH = (
    ("mobile", re.compile(r"手机|电话|号码|phone|mobile|number", re.IGNORECASE)),
    ("email", re.compile(r"邮箱|邮件|e-?mail", re.IGNORECASE)),
    ("home", re.compile(r"地址|住址|搬家|address|moved", re.IGNORECASE)),
    ("name", re.compile(r"姓名|名字|\bname\b", re.IGNORECASE)),
    ("residence", re.compile(r"居住类型|户籍|户口|暂住|\bresidence\b", re.IGNORECASE)),
    ("relation", re.compile(r"户主|\bhead of (?:the )?household\b", re.IGNORECASE)),
    ("tenancy_until", re.compile(r"租约|租期|租房|续租|房东|\b(?:tenancy|lease|landlord)\b", re.IGNORECASE)),
)
_SAID: dict[str, tuple[str, ...]] = {
    "tenancy_until": ("租房", "租期", "租约", "房东", "合同", "tenancy", "lease", "landlord")
}
_TOGETHER: dict[str, tuple[str, ...]] = {"id_number": ("id_type", "id_number"), "tenancy_until": TENANCY}


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
    options = [CHANGE, SETTINGS, EXPORT, DELETE, WITHDRAW]
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
            options=[Choices(n, label, words=_SAID.get(n, FILE[n].aliases)) for n, label in _LABELS.items()],
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
        _when("residence", RESIDENCE),
        _when("relation", RELATION),
        *(_when("tenancy_until", FILE[name]) for name in TENANCY),
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
    return Opening(prefill={"what": what} if what else {}, facts={"known": "", PHOTOS: []})


def _submit_change(person: Person, done: Submitted) -> Answer:
    if person.channel == "voice":
        return _not_by_phone()  # she took the conversation along from another channel
    what = str(done.answers["what"])
    names = _TOGETHER.get(what, (what,))
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
    files.received(person.resident_id or 0, done.facts.get(PHOTOS, ()))
    label = _LABELS[what]
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
    return Opening("file_change", prefill={"what": field} if field in CHANGEABLE else {}, facts={PHOTOS: []})


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
        (_CHANGE, _LIVING),
        "resident",
        examples=(
            "我换手机号了",
            *("换绑手机", "电话记错了", "性别搞错了", "更改联系电话", "换新号码了", "门牌号变了", "生日写错了", "邮箱要换", "身份证号填错了", "老号不用了", "信息有误要修改", "住址变更"),
            *("I have a new phone number", "wrong address in my file", "update my e-mail", "correct my birthday", "we moved to another flat", "edit my profile", "my number is different now"),
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
        examples=("删除我的资料", "注销账号", "把我的信息都删了", "把我删了吧", "我搬走了帮我注销", "删号", "彻底删除我", "不想留下记录", "从系统里删掉我", "取消我的账号", "把我的档案销毁", "资料别留了", "清除个人信息", "怎么注销", "退出注册", "delete me", "remove me from your system", "delete everything you know about me", "take me out of your records", "get rid of my data", "I want my data deleted", "close my account", "forget me", "delete my account", "erase all my data"),
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
            *("不授权了", "我不同意了", "取消授权", "不想让你们保存我的信息", "不许用我的资料", "别收集我的信息", "停止使用我的数据", "拒绝使用我的信息", "我反悔了不同意了", "怎么撤回授权"),
            *("I no longer consent", "do not keep my data", "I do not want you to use my information", "cancel my permission", "stop collecting my data", "I take my consent back"),
            "收回授权",
            "不同意你们用我的信息",
            "withdraw my consent",
            "stop using my data",
        ),
    ),
]  # fmt: skip
COMMANDS = [
    Command(
        "file",
        _show,
        _("My file"),
        (_FILE, _LOOK),
        "resident",
        menu=80,
        examples=("看看我的资料", "我登记的信息", "我留的电话是哪个", "我的地址写的什么", "看看登记了些什么", "我登记的手机对不对", "核对资料", "你们记录了我哪些信息", "个人中心", "我的个人信息", "我的档案", "查看注册信息", "我的身份证登记对了吗", "显示我的资料", "is my phone number correct", "which address do you have for me", "view my profile", "see what you have stored about me", "my details", "what is my registered address", "my personal data", "查我的档案", "show my file", "what do you know about me"),
    ),
    Command("file.export", _export, patterns=(_EXPORT,), audience="resident"),
    Command("file.email", _email_again, audience="resident"),
    Command("file.correct", _correct, audience="resident"),
]  # fmt: skip

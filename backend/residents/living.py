"""How somebody lives here: resident of this place or from elsewhere (流动人口), her place in the household, a tenancy."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from backend.core.errors import Invalid
from backend.core.i18n import _
from backend.fields.base import Field
from backend.fields.choices import Choice, Choices
from backend.fields.dates import Date
from backend.fields.phone import Phone
from backend.fields.text import Text

RESIDENCE = Choice(
    "residence",
    label=_("Residence type"),
    options=(
        Choices("registered", _("Registered here (local hukou)"), words=("户籍", "本地", "本社区户口", "常住")),
        Choices("elsewhere", _("Registered elsewhere in this city"), words=("人户分离", "本市")),
        Choices("floating", _("Floating population, from another place"), words=("流动", "外地", "流动人口", "暂住")),
        Choices("hmt", _("From Hong Kong, Macau or Taiwan"), words=("港澳台", "香港", "澳门", "台湾")),
        Choices("foreign", _("Foreign national"), words=("外籍", "外国", "外国人")),
    ),
    ask=_("Where is your household registered?"),
)  # fmt: skip
RELATION = Choice(
    "relation",
    label=_("Relation to the head of the household"),
    options=(
        Choices("head", _("Head of the household"), words=("户主", "本人")),
        Choices("spouse", _("Husband or wife"), words=("配偶", "妻子", "丈夫", "老伴", "爱人")),
        Choices("child", _("Son or daughter"), words=("子女", "儿子", "女儿")),
        Choices("parent", _("Father or mother"), words=("父母", "父亲", "母亲", "岳父", "岳母", "公公", "婆婆")),
        Choices("grandchild", _("Grandchild"), words=("孙辈", "孙子", "孙女", "外孙")),
        Choices("grandparent", _("Grandparent"), words=("祖父母", "爷爷", "奶奶", "外公", "外婆")),
        Choices("sibling", _("Brother or sister"), words=("兄弟姐妹", "哥哥", "弟弟", "姐姐", "妹妹")),
        Choices("relative", _("Another relative"), words=("其他亲属", "亲戚", "儿媳", "女婿")),
        Choices("tenant", _("Tenant"), words=("承租人", "租客", "租户", "合租")),
        Choices("helper", _("Lives in as a helper"), words=("保姆", "住家保姆", "护工")),
        Choices("other", _("Somebody else"), words=("其他", "非亲属")),
    ),
    ask=_("What are you to the head of the household?"),
)  # fmt: skip
TENANCY_FROM = Date(
    "tenancy_from", label=_("Tenancy from"), ask=_("Since when do you rent? Like 2026-03-01.")
)
TENANCY_UNTIL = Date(
    "tenancy_until", label=_("Tenancy until"), ask=_("Until when does the contract run? Like 2027-02-28.")
)
LANDLORD = Text("landlord", label=_("Landlord"), max_length=40, ask=_("What is the landlord's name?"))
LANDLORD_PHONE = Phone(
    "landlord_phone",
    label=_("Landlord's phone"),
    sensitive=True,
    optional=True,
    ask=_("On which number can the landlord be reached? (You can skip this.)"),
    ask_short=_("The landlord's number?"),
)

LIVING: tuple[Field, ...] = (
    RESIDENCE,
    RELATION,
    TENANCY_FROM,
    TENANCY_UNTIL,
    LANDLORD,
    LANDLORD_PHONE,
)
TENANCY = ("tenancy_from", "tenancy_until", "landlord", "landlord_phone")
"""What belongs together and is asked together."""


def check(answers: Mapping[str, Any]) -> None:
    """Raises Invalid where a tenancy would end before it begins."""
    begins, ends = answers.get("tenancy_from"), answers.get("tenancy_until")
    if isinstance(begins, date) and isinstance(ends, date) and ends < begins:
        raise Invalid(_("A tenancy cannot end before it begins."), "tenancy_until")

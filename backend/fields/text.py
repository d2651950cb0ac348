"""Words as answers: free text, a person's real name, a longer description, an e-mail address."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from backend.core.i18n import Text as AnyText
from backend.core.i18n import _
from backend.fields.base import Context, Field, Misunderstood, asks_back
from backend.fields.plain import clean, clean_lines, folded, half_width
from backend.fields.words import Said


@dataclass(frozen=True, kw_only=True)
class Text(Field):
    """One line, `min_length` to `max_length` characters."""

    kind: ClassVar[str] = "text"
    echo: ClassVar[bool] = False

    min_length: int = 1
    max_length: int = 200

    def parse(self, said: Said, ctx: Context) -> str:
        return self._measured(clean(said.text[: self.max_length * 2 + 100]))

    def _measured(self, text: str) -> str:
        if len(text) > self.max_length:
            raise Misunderstood(
                _("That is a little long for us. Could you put it in {n} characters?", n=self.max_length)
            )
        if not text or not any(c.isalnum() for c in text):
            raise Misunderstood(_("We could not read that. Please write it in words."))
        if len(text) < self.min_length:
            raise Misunderstood(_("Could you tell us a little more?"))
        return text

    def search(self, value: Any) -> str:
        return folded(value)

    def html(self) -> dict[str, Any]:
        return super().html() | {"maxlength": self.max_length}


@dataclass(frozen=True, kw_only=True)
class LongText(Text):
    """Several lines: what is broken, what happened."""

    kind: ClassVar[str] = "long_text"

    max_length: int = 2000

    def parse(self, said: Said, ctx: Context) -> str:
        return self._measured(clean_lines(said.text[: self.max_length * 2 + 100]))

    def html(self) -> dict[str, Any]:
        return {"tag": "textarea", "rows": 4, "maxlength": self.max_length, "required": not self.optional}


_HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003347f\u3007\u2e80-\u2fdf\ue000-\uf8ff"
_DOTS = re.compile(r"\s*[·•・‧∙⋅．﹒●᛫]\s*")
_HAN_NAME = re.compile(f"[{_HAN}]+(?:·[{_HAN}]+)*")
_LATIN_NAME = re.compile(r"[^\W\d_][^\d_@#$%^&*()+=<>/\\|{}\[\]:;\"!?，。！？]*")
_NOT_HAN = re.compile(f"[^{_HAN}]")
_INTRODUCED = re.compile(
    r"(?:您?好[,，。!！\s]*)?(?:我的名字(?:是|叫)|我的姓名是|我名字叫|我名叫|名字(?:是|叫)|姓名(?:是)?[::：]?|我叫做?|我是|我姓.{1,2}[,，]?(?:名字?|我?叫)|免贵姓.{1,2}[,，]?(?:名字?|我?叫)|本人叫?|叫做"
    r"|my (?:full )?name is|my name's|i am|i'm|this is|it's|it is|name\s*[:：])\s*",
    re.IGNORECASE,
)
_AFTER_NAME = re.compile(
    r"(?<=.{2})[\s,，。]+(?:我?(?:的|是|用)?(?:身份|护照|证件|手机|电话|住|家|男|女)).*$"
)
"""What she tells beyond the question."""
_EDGES = ' 。.,，、!！~;；"“”()（）'


@dataclass(frozen=True, kw_only=True)
class RealName(Field):
    """A name as on the ID: Chinese (also with `·` and characters of the extensions) or in other letters."""

    kind: ClassVar[str] = "real_name"
    aliases: ClassVar[tuple[str, ...]] = ("姓名", "名字", "名", "name")

    min_length: ClassVar[int] = 2
    max_length: int = 20

    def parse(self, said: Said, ctx: Context) -> str:
        text = clean(said.text[:400]).strip(_EDGES)
        match = _INTRODUCED.match(text)
        if match and len(text) > match.end():
            text = text[match.end() :].strip(_EDGES)
        text = _AFTER_NAME.sub("", text) or text
        if not text:
            raise Misunderstood(_("We could not read that. Please write the name as it is on the ID."))
        if asks_back(text) or "什么" in text or text in ("不知道", "不告诉你", "不想说"):
            raise Misunderstood(
                _(
                    "We ask for the name so that your registration matches your ID. Please write it as it stands there."
                )
            )
        text = _DOTS.sub("·", text)
        packed = text.replace(" ", "")
        if _HAN_NAME.fullmatch(packed):
            if self.min_length <= len(packed) <= self.max_length:
                return packed
            if len(packed) < self.min_length:
                raise Misunderstood(_("Could you give the full name, family name and given name?"))
            raise Misunderstood(_("That looks longer than a name. Please write only the name, as on the ID."))
        if any(c.isdigit() for c in text):
            raise Misunderstood(
                _("A name has no digits in it. Please write the name as on the ID, like 陈秀英.")
            )
        if (
            _LATIN_NAME.fullmatch(text)
            and self.min_length <= len(text) <= 60
            and sum(map(str.isalpha, text)) >= 2
        ):
            return text.replace("’", "'")
        raise Misunderstood(_("Please write the name as it is on the ID, like 陈秀英 or Anna Maria Smith."))

    def masked(self, value: str, locale: str) -> str:
        return value[:1] + "*" * max(1, min(len(value) - 1, 4))

    def example(self, ctx: Context) -> AnyText | None:
        return _("Please write the name as it is on the ID, like 陈秀英 or Anna Maria Smith.")

    def html(self) -> dict[str, Any]:
        return super().html() | {"autocomplete": "name", "maxlength": 60}


_ADDRESS = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.){1,8}[A-Za-z]{2,24}"
)
_COMMA = re.compile(r"(?<=\w)\s*[,，]\s*(?=\w)")
_MISTYPED = {
    "gmial.com": "gmail.com", "gmai.com": "gmail.com", "gamil.com": "gmail.com", "gmail.con": "gmail.com",
    "gnail.com": "gmail.com", "gmail.cn": "gmail.com", "qq.con": "qq.com", "qq.cm": "qq.com", "qq.co": "qq.com",
    "163.con": "163.com", "163.co": "163.com", "126.con": "126.com", "hotmial.com": "hotmail.com",
    "hotmail.con": "hotmail.com", "outlok.com": "outlook.com", "outlook.con": "outlook.com", "sian.com": "sina.com",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Email(Field):
    """An e-mail address; `verify="link"` tells the flow to send an activation link after the form is in."""

    kind: ClassVar[str] = "email"
    aliases: ClassVar[tuple[str, ...]] = ("邮箱", "邮件", "电子邮箱", "email", "e-mail", "mail")

    verify: Literal["link"] | None = None

    def parse(self, said: Said, ctx: Context) -> str:
        text = half_width(said.text).replace("。", ".").replace("．", ".").removeprefix("mailto:")
        at = text.rfind("@", 0, 300)
        if at > 0:
            text = text[:at].rstrip() + "@" + _COMMA.sub(".", text[at + 1 :].lstrip())
        found = _ADDRESS.search(text)
        if not found or ".." in found.group() or found.group().startswith("."):
            if text.isdigit() and 5 <= len(text) <= 11:
                raise Misunderstood(_("If that is your QQ number, the address is {address}. Please send it like this.",
                                      address=f"{text}@qq.com"))  # fmt: skip
            raise Misunderstood(_("An e-mail address looks like name@example.com. Could you send it again?"))
        user, _at, domain = found.group().rpartition("@")
        domain = domain.lower()
        if domain in _MISTYPED:
            raise Misunderstood(
                _("Did you mean {address}? Please send it once more.", address=f"{user}@{_MISTYPED[domain]}")
            )
        return f"{user}@{domain}"

    def masked(self, value: str, locale: str) -> str:
        user, _at, domain = value.rpartition("@")
        return f"{user[:2]}***@{domain}"

    def search(self, value: str) -> str:
        return value.casefold()

    def example(self, ctx: Context) -> AnyText | None:
        return _("An e-mail address looks like name@example.com.")

    def html(self) -> dict[str, Any]:
        return super().html() | {
            "type": "email",
            "inputmode": "email",
            "autocomplete": "email",
            "maxlength": 254,
        }

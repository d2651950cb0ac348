"""Which column of a sheet means which column of a table: guessed from its name in any language and from its values. Pure."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from typing import Any

from rapidfuzz import fuzz

from backend.core.i18n import LOCALES, render
from backend.fields.base import Context, Field, Misunderstood
from backend.fields.plain import half_width
from backend.sheets.cells import Cell, damaged, rounded

ID, VERSION, ORG, PARENT = "@id", "@version", "@org", "@parent"
"""What a column may mean that is no column of the table: the row's own number and the version that an export was made of; the
community or grid that the row belongs to; the number of the main table's row."""
HIDDEN = {"linli:id": ID, "linli:version": VERSION}
"""Headers that an export writes."""

_SURE = 0.5
_MOSTLY = 0.8
_SAYS = {
    ORG: (
        "社区或网格",
        "community or grid",
        "社区",
        "网格",
        "所属社区",
        "所属网格",
        "所在网格",
        "community",
        "grid",
    ),
    PARENT: ("主表的行", "row of the main table", "主表编号", "main row", "belongs to"),
    ID: ("系统编号", "系统id", "system id"),
}
_SYNONYMS: dict[str, tuple[str, ...]] = {
    "real_name": ("住户姓名", "居民姓名", "户主", "户主姓名", "人员姓名", "full name", "person"),
    "id_number": (
        "证件号码",
        "公民身份号码",
        "公民身份证号码",
        "sfz",
        "sfzh",
        "identity card",
        "document number",
    ),
    "phone": (
        "联系电话",
        "联系方式",
        "手机号码",
        "移动电话",
        "电话号码",
        "lxdh",
        "cell",
        "cellphone",
        "telephone",
        "contact",
    ),
    "email": ("电子邮件", "邮箱地址", "e-mail address"),
    "address": ("详细地址", "现住址", "居住地址", "楼栋房号", "门牌号", "户籍地址", "flat", "residence"),
}
_BIRTHDAY = ("出生年月", "出生年月日", "出生日期", "生日", "csrq", "date of birth", "dob", "born")
_GENDER = ("性别", "xb", "sex", "gender", "男女")
_TELLING = frozenset({"id_number", "phone", "email"})
"""Kinds that are known by their values alone."""
_ASIDE = re.compile(r"[(（\[【].*?[)）\]】]|[*＊:：#\s_\-/.]+")


def guess(
    names: Mapping[int, str], rows: Sequence[Sequence[Cell]], fields: Mapping[str, Field], ctx: Context
) -> dict[int, str]:
    """What each column of the sheet most likely means; those that mean nothing we know are left out. `rows` are a sample; each key
    is meant once."""
    found: dict[int, str] = {}
    scored: list[tuple[float, int, str]] = []
    for column, name in names.items():
        if name in HIDDEN:
            found[column] = HIDDEN[name]
            continue
        sample = [row[column] for row in rows if column < len(row) and row[column] is not None][:30]
        scored += [(_likeness(name, sample, field, ctx), column, key) for key, field in fields.items()]
        scored += [(0.9, column, key) for key, words in _SAYS.items() if bare(name) in map(bare, words)]
    taken = set(found.values())
    for score, column, key in sorted(scored, key=lambda s: (-s[0], s[1])):
        if score >= _SURE and column not in found and key not in taken:
            found[column] = key
            taken.add(key)
    return dict(sorted(found.items()))


def signature(names: Sequence[str], table_key: str) -> str:
    """The same for sheets of the same layout: the same names in the same order."""
    said = "\n".join([table_key, *(bare(name) for name in names)])
    return hashlib.sha256(said.encode()).hexdigest()[:32]


def bare(name: str) -> str:
    """A header for comparing: without what is in brackets, stars, colons and blanks."""
    plain = half_width(name).casefold()
    return _ASIDE.sub("", plain) or plain


def _likeness(name: str, sample: Sequence[Cell], field: Field, ctx: Context) -> float:
    """0 to 1 and a little more."""
    called = _called(field)
    said = bare(name)
    label = {bare(render(field.label, locale)) for locale in LOCALES} | {bare(field.name)}
    if said in label:
        score = 1.0
    elif said in called or _sounds(said) in {_sounds(c) for c in label if c}:
        score = 0.9
    else:
        close = max((fuzz.ratio(said, c) for c in called if len(c) > 1), default=0) / 100
        inside = max((len(c) / len(said) for c in called if len(c) > 1 and c in said), default=0.0)
        score = max(0.8 * close if close >= 0.72 else 0.0, 0.5 + 0.3 * inside if inside >= 0.4 else 0.0)
    telling = field.kind in _TELLING
    if not sample or (score < _SURE and not telling):
        return score
    if score < _SURE and not _mostly(sample, field, ctx):
        return score
    fits = sum(_fits(cell, field, ctx) for cell in sample) / len(sample)
    if telling and fits >= _MOSTLY:
        return score + 0.55
    return score if fits >= 0.3 else score - 0.45


def _mostly(sample: Sequence[Cell], field: Field, ctx: Context) -> bool:
    """Whether most of the values fit; not asked of all of them when the first ones do not: a sheet may have hundreds of columns."""
    left = len(sample) * (1 - _MOSTLY)
    for cell in sample:
        left -= not _fits(cell, field, ctx)
        if left < 0:
            return False
    return True


def _called(field: Field) -> set[str]:
    birthday = _BIRTHDAY if getattr(field, "birthday", None) is True else ()
    gender = _GENDER if field.name == "gender" else ()
    words = (*field.called, *_SYNONYMS.get(field.kind, ()), *birthday, *gender)
    return {bare(word) for word in words} - {""}


def _sounds(word: str) -> str:
    """The pinyin of a word, for headers typed as xingming."""
    from pypinyin import Style, lazy_pinyin  # slow to load, and few processes read a sheet

    return "".join(lazy_pinyin(word, style=Style.NORMAL))


def _fits(cell: Any, field: Field, ctx: Context) -> bool:
    if field.kind in _TELLING and (damaged(cell) or rounded(cell)):
        return True
    try:
        field.from_cell(cell, ctx)
    except (Misunderstood, ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
        return False
    return True

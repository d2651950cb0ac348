"""Yes and no, as people say them."""

from __future__ import annotations

import re

from backend.fields.plain import folded

_YES = frozenset(
    [
        "1",
        "是",
        "是的",
        "是啊",
        "是呀",
        "是滴",
        "对",
        "对的",
        "对对",
        "对对对",
        "对啊",
        "对呀",
        "好",
        "好的",
        "好啊",
        "好呀",
        "好嘞",
        "好吧",
        "行",
        "行的",
        "行啊",
        "可以",
        "可以的",
        "可",
        "嗯",
        "嗯嗯",
        "恩",
        "哦",
        "哦哦",
        "要",
        "要的",
        "需要",
        "有",
        "有的",
        "没错",
        "不错",
        "没问题",
        "正确",
        "无误",
        "准确",
        "同意",
        "确认",
        "确定",
        "愿意",
        "中",
        "得",
        "成",
        "当然",
        "都对",
        "全对",
        "都对的",
        "都好",
        "对了",
        "提交",
        "就这样",
        "就是",
        "就是这个",
        "嗯是的",
        "嗯对",
        "嗯好",
        "阿是",
        "是哒",
        "y",
        "yes",
        "yep",
        "yeah",
        "yup",
        "ya",
        "ok",
        "okay",
        "okey",
        "k",
        "sure",
        "right",
        "correct",
        "all right",
        "alright",
        "good",
        "fine",
        "agree",
        "i agree",
        "confirm",
        "confirmed",
        "true",
        "of course",
        "please",
        "yes please",
        "that's right",
        "thats right",
        "that is right",
        "all good",
        "looks good",
        "submit",
        "send",
        "send it",
        "👍",
        "👌",
        "✅",
        "✔",
    ]
)
_NO = frozenset(
    [
        "2",
        "不",
        "不是",
        "不是的",
        "不对",
        "不好",
        "不行",
        "不可以",
        "不要",
        "不用",
        "不用了",
        "不需要",
        "不同意",
        "不愿意",
        "不想",
        "不确认",
        "没",
        "没有",
        "没有的",
        "无",
        "否",
        "错",
        "错了",
        "有错",
        "有误",
        "有问题",
        "别",
        "算不上",
        "不正确",
        "n",
        "no",
        "nope",
        "nah",
        "not",
        "wrong",
        "incorrect",
        "disagree",
        "i don't agree",
        "false",
        "no thanks",
        "no thank you",
        "not right",
        "that's wrong",
        "not correct",
        "👎",
        "❌",
    ]
)
_STARTS_NO = re.compile(r"(?:不(?!错)|没(?!错|问题|关系)|别|否|no\b|not\b|nope\b|don't\b|wrong\b)")
_STARTS_YES = re.compile(
    r"(?:是|对|好|行|可以|嗯|没错|没问题|同意|确认|愿意|要(?!不|求|是)|yes\b|yeah\b|yep\b|ok\b|okay\b|sure\b|right\b)"
)
_BREAKS = re.compile(r"[,，。.!！、;；\s]+")
LONGEST = 40


def affirmed(text: str) -> bool | None:
    """True for a yes, False for a no, None when it is neither. `1` is yes and `2` is no, as the options are numbered."""
    if len(text) > LONGEST:
        return None
    whole = _one(folded(text))
    if whole is not None:
        return whole
    parts = {_one(part) for part in (folded(p) for p in _BREAKS.split(text)) if part}
    return parts.pop() if len(parts) == 1 else None


def _one(said: str) -> bool | None:
    """The verdict of one phrase."""
    if said in _YES:
        return True
    if said in _NO:
        return False
    if said.endswith(("吗", "?", "么")):
        return None
    if _STARTS_NO.match(said):
        return False
    doubt = (
        "不" in said[1:]
        or "没" in said[1:]
        or "错" in said[1:]
        or " not " in said
        or "n't" in said
        or " but " in said
    )
    return None if doubt or not _STARTS_YES.match(said) else True

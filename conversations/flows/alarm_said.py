"""How people say in words of their own what the buttons of an alarm say: that they are on their way, or cannot go. Pure.

The whole message has to say so. What is read as "I am going" keeps others at home, so a question, a wish and a "soon, perhaps" are not.
"""

from __future__ import annotations

import re

_FIRST = (
    r"(?:好的?|收到|知道了?|明白了?|嗯+|行|可以|没问题|别急|不要急|马上|立刻|立即|赶紧|现在|正在|正|这就|这|就|已经|我们?|俺们?|咱们?|自己|也|先|在|往|从家里|开车|打车|骑车|跑着?"
    r"|那[边里儿]|[她他]那[边里儿]|妈家|爸家|家里?|[\W_])*+"
)
_SOON = r"(?:大概|大约|差不多|还有|再过|再|要|最多)?[\d０-９一二两三四五六七八九十半几]+(?:来|多)?(?:个)?(?:半)?(?:分钟?|小时|钟头|刻钟|刻)(?:左右|以内|之内|内|以后|之后|后)?"
_GO = r"(?:赶?过去|赶?过来|赶?回去|赶?回来|赶?回家|赶去|赶来|赶|上去|上楼|下楼|去看看|去看一下|去看下|去看|看看去|去一趟|去|来|出发|出门|动身|上路|路上|去的路上|回去的路上|回家的路上|到家?)"
_LAST = r"(?:看看?|看一下|一趟|那[边里儿]|了|啦|吧|呢|啊|哦|哈|的|[\W_])*+"
_GOING = re.compile(
    rf"{_FIRST}(?:{_SOON}(?:就|能|可以)?(?:{_GO}|到家?|到那[边里儿])|{_GO}(?:了|啦|[\W_])*+(?:{_SOON}(?:就|能|可以)?到?)?){_LAST}"
    r"|(?:(?:ok(?:ay)?|yes|sure|got it|right|understood|alright)\W+)*"
    r"(?:(?:i|we)(?:'?m|'?re| am| are|'?ll| will)?\s+|already\s+|now\s+)*"
    r"(?:on (?:my|our|the) way|omw|go(?:ing)?|com(?:e|ing)|head(?:ing)?|leav(?:e|ing)|rush(?:ing)?|driv(?:e|ing)|be there)"
    r"(?:\s+(?:there|over|home|to (?:her|him|them|mum|mom|dad|the house)|now|right now|right away|immediately|at once|soon|shortly|in|\d+|ten|twenty|half an hour|min(?:ute)?s?))*\W*",
    re.IGNORECASE,
)
_SORRY = r"(?:对不起|不好意思|抱歉|我们?|俺|现在|今天|今晚|暂时|实在|真的?|人|还|在|但|可是?|[\W_])*+"
_CANNOT = re.compile(
    rf"{_SORRY}(?:[去来]不了|过不[去来]|回不[去来]|赶不(?:过去|过来|回去|回来|到)|不能(?:去|来|过去|过来)|没(?:办)?法(?:去|来|过去|过来|赶过去|回去)|走不开|脱不开身|不在家|在?外地|在?国外"
    rf"|在?出差|出差了|在?上班走不开|不方便(?:去|过去)?|太远了?|离得远)(?:{_SORRY}(?:[去来]不了|过不[去来]|赶不过去|走不开))?(?:了|啊|啦|呢|[\W_])*+"
    r"|(?:(?:sorry|no)\W+)*(?:i|we)?\s*(?:(?:can'?t|cannot|can not|am not able to|'?m not able to|am unable to|'?m unable to)"
    r"(?:\s+(?:go|come|make it|get there|leave|now|today|right|there))*|(?:am |'?m |are )?(?:away|abroad|out of town|too far(?: away)?|far away))\W*",
    re.IGNORECASE,
)
_ASKS = re.compile(r"[?？吗嘛]|要不要|能不能|谁")


def going(text: str) -> bool:
    """我马上过去, 十分钟到, I'm on my way."""
    return not _ASKS.search(text) and _GOING.fullmatch(text.strip()) is not None


def cannot(text: str) -> bool:
    """我在外地, 去不了, I can't come."""
    return not _ASKS.search(text) and _CANNOT.fullmatch(text.strip()) is not None

"""Hello, thank you, all right: what people say around what they want."""

from __future__ import annotations

import re
from typing import Literal

from backend.core.i18n import EASY, language

HELLO = re.compile(
    r"\W*(?:(?:(?:您|你|大家|各位|你们|老师|师傅|小邻|邻里|社区)+好|喂?[,，]?(?:您|你)好|在吗|在不在|在么|在不|有人吗|有人在吗|小邻|喂|哈[喽啰罗]|嗨|嘿|早上好|早安|早|上午好|中午好|下午好|晚上好|晚安|新年好|过年好|节日好|吃了(?:吗|没|没有)(?:您|你)?|请问(?:一下)?|打扰(?:一下|了)?|问一下|ni ?hao(?: ?a)?|nin ?hao ?a|nin ?hao|zao(?: ?shang ?hao)?|zai ?ma"
    r"|hello+|hi+|hey+|yo|hiya|howdy|greetings|morning|evening|good (?:day|morning|afternoon|evening)(?: to (?:you|all))?|(?:are )?you there|(?:is )?any(?:body|one) (?:there|here|home)|how are you(?: doing| today)?|there|everyone|linli)[\W啊呀哦哟嘞诶]*)+",
    re.IGNORECASE,
)
THANKS = re.compile(
    r"\W*(?:(?:太?好[的了啊]?|嗯+|行|可以|知道了|明白了?|ok(?:ay)?|great|perfect|good|fine)[\W了啦啊]*)?(?:(?:真是?|太|非常|十分|多|万分|特别)*(?:感谢|谢谢|谢|感激|感恩|多谢|多亏|3q|唔该)(?:感谢|多谢|谢谢|谢|不尽|老师|小邻|小[王李张刘陈杨赵]|主任|您|你|你们|啦|了|啊|哈|师傅|大家|各位|社区|帮忙|帮助|关心|提醒|的)*|(?:真是?|太|您|你们?|大家|师傅)*辛苦(?:你|您|了|您|你们|大家|师傅|啦)*|麻烦(?:您|你们?|大家)了|帮了?(?:我)?大忙了?|太客气了?|(?:你们?|您)(?:真是|太|真)好了?|xie ?xie(?: ?(?:ni|nin|le))?|duo ?xie"
    r"|(?:many |so much |thank(?:s| you| u),? )*(?:thank(?:s| you| u)|thx|ty|cheers|much (?:appreciated|obliged)|(?:i )?(?:really )?appreciate (?:it|that|your help))(?: very much| a lot| dear| my (?:dear|friend)| guys| all| bye| everyone| sir| madam| linli| so much| a million| again| for (?:your |the |everything|all )?\w*(?: help)?| indeed)*|great|that(?:'s| is) (?:very )?(?:kind|nice)(?: of you)?)[\W啊呀嘞再见拜了]*",
    re.IGNORECASE,
)
FINE = re.compile(
    r"\W*(?:(?:好的?|行|可以|对的?|是的?|嗯+|哦+|噢|知道了|明白了?|收到|没事儿?了?|没有?了|不用了|就这样|好着呢|挺好的?|都好|都挺好|好了|再见|拜拜|回见|挂了|ok(?:ay)?|yes|no|bye(?: bye)?|goodbye|fine"
    r"|all right|alright|nothing|that'?s all|no thanks)[\W啊呀吧啦嘞]*)+",
    re.IGNORECASE,
)
"""Said when all is said."""
_HELLO_WORDS = (
    "nihao ninhao zaoshanghao 你好 您好 侬好 你们好 大家好 各位好 师傅好 老师好 早 早上好 早晨 早安 上午好 中午好 下午好 晚上好 晚好 晚安 在吗 在不在 在不 在么 在没 有人吗 有人在吗 有人没 有人不 有人在不 有人在么 喂 嗨 哈喽 哈啰 哈罗 哈咯 嘿 打扰 打扰了 打扰一下 请问 "
    "问一下 问一声 问个事 新年好 过年好 新年快乐 春节好 节日好 节日快乐 过节好 吃了吗 吃了没 吃饭了吗 hi hello hey helo hallo hiya morning evening afternoon good"
)
_THANKS_WORDS = "xiexie duoxie 谢谢 谢 感谢 多谢 感激 感恩 辛苦 唔该 唔该晒 唔該 唔該晒 多得 费心 劳驾 受累 阿里嘎多 三克油 蟹蟹 麻烦你们了 麻烦您了 麻烦你了 帮大忙 帮了大忙 thank thanks thx tks ty cheers appreciate appreciated grateful"
_AROUND = (
    "再会 再會 拜拜 再见 慢走 bye 乡亲 po 师傅 老师 大哥 大姐 小姐姐 小哥哥 姐 哥 叔 阿姨 小邻 邻里 社区 物业 小伙子 姑娘 你 您 你们 您们 侬 我 大家 各位 同志 领导 主任 朋友 啊 呀 呢 吗 哦 哟 嘞 诶 咯 了 啦 哈 的 嘛 噢 晒 太 真 真是 真的 非常 十分 特别 万分 好 好的 嗯 行 "
    "知道了 明白了 收到 都 又 再 得很 不尽 帮忙 帮助 关心 一下 个 给 对 心 费 这么 那么 实在 衷心 ok okay u you so very much a lot for your the help helping me all everyone dear sir madam guys again really it was that is kind of to i we there anybody anyone somebody please linli team"
)
_MOST_SMALL = 40
_DRAWN_OUT = re.compile(r"([aeiouhy])\1+(?![a-z]*[bcdfghjkmnpqrstvwxz])")
"""Hellooo, nihaoo."""


def _words(words: str) -> str:
    return "|".join(rf"{w}\b" if w.isascii() else w for w in sorted(words.split(), key=len, reverse=True))


_SMALL = re.compile(
    rf"(?:(?P<thanks>{_words(_THANKS_WORDS)})|(?P<hello>{_words(_HELLO_WORDS)})|(?:{_words(_AROUND)})|[\W_])+"
)


def small_talk(text: str) -> Literal["hello", "thanks"] | None:
    """What the whole of `text` is, if it is nothing but a greeting or thanks and what stands around them."""
    if len(text) > _MOST_SMALL or not (match := _SMALL.fullmatch(_DRAWN_OUT.sub(r"\1", text.lower()))):
        return None
    return "thanks" if match["thanks"] else "hello" if match["hello"] else None


ALSO = re.compile(r"还有|另外|顺便|也(?:坏|漏|堵|不)|\balso\b|\banother\b", re.IGNORECASE)
_NO_CHINESE = re.compile(
    r"(?:no|not|don't|can't|cannot).{0,20}chinese|[不没][懂会](?:说|看)?(?:中文|汉语|普通话)"
)
_NO_ENGLISH = re.compile(r"(?:no|not|don't|can't|cannot).{0,20}english|[不没][懂会](?:说|看)?(?:英文|英语)")
SMALL_TALK = 12
"""Characters of a greeting or thanks in the middle of something."""


def language_in(text: str, speaks: str) -> str | None:
    """The locale that "English please", 说中文 or 说简单点 asks for; None when it names none. `speaks`: what we speak now."""
    said = text.casefold()
    if any(word in said for word in ("简单", "大白话", "听不懂", "simple", "easy", "plain")):
        return f"{language(speaks)}{EASY}"
    if _NO_CHINESE.search(said):
        return "en"
    if _NO_ENGLISH.search(said):
        return "zh_CN"
    if "english" in said or "英" in said:
        return "en"
    return "zh_CN" if any(word in said for word in ("chinese", "中", "普通话")) else None

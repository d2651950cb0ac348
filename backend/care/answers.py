"""What she means when she is asked how she is: well, help, something slight, or nothing of these. Pure.

Any friendly answer means well; any trouble means help, save a slight one beside words that she is well: she is asked whether somebody
should come. Words that are none of these show that she is alive, and nothing more.
"""

from __future__ import annotations

import re
from typing import Literal

from backend.fields.plain import folded, made_of

Meaning = Literal["well", "help", "slight"]
LONGEST = 200

_NO_TROUBLE = re.compile(
    r"(?:不|没|没有|没什么|没啥|没有什么|也不|不再|哪儿也不|哪都不)(?:怎么|哪里|哪儿|什么)?"
    r"(?:不舒服|舒服的?地方|疼|痛|难受|头晕|晕|摔|发烧|生病|病|毛病|大碍|大事|问题|事儿?|用帮忙?|需要帮忙?|需要帮助|用人?帮|缺什么|要紧)(?:了|的|啦|呢)*"
    r"|不(?:用|需要|必|麻烦)(?:了|帮|您|你|担心|费心|操心|挂念|惦记|麻烦)*|(?:别|甭|勿)(?:担心|费心|操心|挂念|惦记|念)"
    r"|\bno (?:pain|problems?|trouble|worries|help needed)\b|\b(?:don'?t|do not) (?:need (?:any )?help|worry)\b|\bnothing (?:hurts|wrong)\b|\bnot (?:sick|ill|hurt)\b",
    re.IGNORECASE,
)
_TROUBLE = re.compile(
    r"不(?:太|大|怎么|是很|很)?(?:舒服|好受|好过|得劲|好(?!意思)|行了?)|难受|难过|难熬|疼|(?<!痛)痛(?!快)|帮(?:帮|个)?(?:我|忙|助)|需要帮|求助|来人|来个人"
    r"|摔|跌(?:倒|了)|滑倒|晕|起不来|动不了|下不了床|走不了|站不起|发烧|发热|生病|病了|看病|医院|喘|胸闷|心慌|心口|呕|拉肚子|流血|出血|没(?:有)?(?:力气|劲|吃的|药了|水了|电了)|吃不下|睡不着"
    r"|(?:躺|倒|坐|趴|跪|睡)?在地[上板]|(?<![行饭车房保通员证信])卡(?:住|在(?!家|哪|这|那))|困在|动弹不得|起(?:来)?不[了来]|抬不[起动]|[快要]死|叫人|没力气|胸口|说不(?:出|清)话?|血(?![压糖脂型管])|嘴歪|口齿不清|救"
    r"|恶心|想吐|[手脚腿](?:也|都|又|有点儿?|有些|一直|总是?)*麻(?!烦)|发麻|麻木|(?:走|站)不(?:动|稳)|看不(?:见|清)|气短|(?<![不没别])(?:慌|害怕)|不(?:平安|正常|对劲|健康)|唔(?:舒服|好(?!意思))|[弗勿]好"
    r"|\bhelp\b|\b(?:on|off) the (?:floor|ground)\b|\bstuck\b|\btrapped\b|\bdying\b|\bblood\b|\bhurts?\b|\bpain\b|\bsick\b|\bunwell\b|\bill\b|\bdizzy\b|\bfe(?:ll|lt? down)\b|\bfallen\b|\bfever\b|\bbleeding\b|\bhospital\b|\bdoctor\b|\bcan'?t\b|\bcannot\b|\bnumb\b|\bscared\b|\bafraid\b"
    r"|\b(?:not|isn'?t|n'?t) (?:so |very |too |feeling |at all )?(?:well|good|fine|great|ok|okay|alright)\b|\bterrible\b|\bawful\b|\bbad\b|\bsomebody come\b|\bcome (?:over|quick)\b",
    re.IGNORECASE,
)
_GREETING = re.compile(
    r"\W*(?:(?:你|您|你们|大家)好|喂|嗨|哈[喽罗]|hello|hi|hey|who is (?:this|there|it)|哪位|谁啊?)\W*",
    re.IGNORECASE,
)
_HELP_WORDS = frozenset(
    ["2", "二", "两", "帮助", "帮我", "帮忙", "不好", "不太好", "要", "需要", "help", "👎", "🆘"]
)

# What people say around "I am well". All of a message must be made of these; one that says it must be among them.
_SAYS_WELL = (
    r"好着呢?|好得很|挺好|很好|都好|安好|还好|还行|还可以|还不错|不错|没事儿?|没问题|没什么事儿?|没啥事儿?|没有事|平安|健康|硬朗|舒服|蛮好|老样子|一切正常|正常|好的|好|行|可以|嗯+|恩|中"
    r"|起来了|起床了?|醒了|吃(?:过|完|好|了)?(?:早饭|晚饭|午饭|饭)?了?|散步|早上好|早安|晚上好|晚安|下午好|中午好|上午好|早|谢谢|多谢|感谢|谢|辛苦|收到|放心|1|一|ok(?:ay)?|fine|well|good|great|all right|alright|safe|morning"
    r"|evening|thank(?:s| you)|thx|yes|yep|perfect|wonderful|up and about|是[的啊呀]|对|当然|没错|哦|yeah|yup|sure|right|of course|👍|👌|😊|😄|😀|🙂|🙏|❤|🌹|💪|✅"
)
_AROUND = (
    r"我|俺|咱|们|今天|今儿|今早|今晚|现在|刚|刚刚|在家|家里|里|人|身体|一切|都|很|挺|蛮|也|还|是|的|了|着|呢|啊|呀|哦|噢|喔|哈|嘿|嘞|啦|嘛|吧|哎|诶|唉|呵|嗨|哟|咧|滴|哒|太|真|非常|十分|特别|就|有|你|您|大家|社区|关心|问候|惦记"
    r"|费心|操心|同志|姑娘|小伙子|闺女|辛苦|了|过|饭|报|不用担心|别担心|请|让|姐|哥|孩子|i'?m|i am|i|am|is|are|all|very|so|quite|feeling|feel|doing|just|had|breakfast|and|you|too|much|a lot|for|asking|today|here|everything|it'?s"
    r"|am|me|a|the|day|kind|of|still|as|always|usual|dear|hello|hi|good"
)
_WELL = re.compile(rf"(?:{_SAYS_WELL})", re.IGNORECASE)
_ONLY_WELL = re.compile(
    rf"(?:{_SAYS_WELL}|{_AROUND})|[\s,，.。!！~～、;；…:：()（）🏻🏼🏽🏾🏿️]", re.IGNORECASE
)
_LONGEST_PIECE = 12
_HOW_MUCH = r"(?:还是|还|也|都|又|总是?|老是?|就是|有点儿?|有些|有一点儿?|稍微|一点儿?|一些|些|微微|隐隐|略微?|的|地|这几天|今天|昨天|昨晚|了|、)*"
_SLIGHT = re.compile(
    rf"(?:膝盖?|关节|[老双两左右]?腿|[老双两左右]?脚|[老]?腰|脖子|颈椎|牙齿?|嗓子|喉咙|手指头?|骨头){_HOW_MUCH}(?:不(?:太|大|怎么)?(?:舒服|得劲|好受)|疼|痛|酸|难受|发炎)+"
    r"|(?:没|没有|不|没怎么)(?:太|大|怎么)?睡(?:好|踏实|着)|睡(?:得)?(?:不(?:太|大|怎么|是很|是太)?(?:好|踏实|着|香)|有点少)|失眠"
    rf"|(?:有点儿?|有些|小|轻微|稍微|一点儿?)(?:的)?(?:感冒|咳嗽?|鼻塞|流鼻涕|着凉|受凉|伤风|累|乏|困|疲[劳倦惫]|没精神|没胃口)|(?:感冒|着凉|受凉|伤风)了|咳嗽|咳了?(?:两|几)声|流(?:点)?鼻涕|鼻[塞子](?:{_HOW_MUCH})(?:不通|堵)?|打喷嚏"
    r"|\b(?:my )?(?:knees?|legs?|feet|foot|ankles?|hips?|joints?|neck|throat|tooth|teeth|fingers?|bones?)(?: (?:is|are|still|just|only|a|little|bit|sore|do(?:es)?|somewhat|slightly))*? (?:hurts?|aches?|aching|sore|stiff|pain)\b|\b(?:a )?sore throat\b"
    r"|\b(?:did not|didn'?t|could not|couldn'?t|not) (?:sleep|slept) (?:so |very |too )?(?:well|much|good)\b|\bslept (?:badly|poorly|little)\b|\b(?:a (?:little |bit of a |slight |mild )?|slight |mild )(?:cold|cough)\b|\bcoughing a (?:bit|little)\b|\b(?:a (?:bit|little) )?tired\b",
    re.IGNORECASE,
)
_MUCH = re.compile(
    r"厉害|严重|特别|非常|十分|受不了|忍不|要命|[疼痛酸累]死|[疼痛]得|[疼痛]醒|很[疼痛]|剧[烈痛]|越来越|一直|不停|不止|加重|肿|血|\b(?:very|terribl\w*|really|so|too|(?<!slept )badly?|lot|severe\w*|worse|much|unbearable|swollen|all night)\b",
    re.IGNORECASE,
)
_FRIENDLY = re.compile(
    r"挺好|很好|都好|蛮好|还好|好着呢?|好得很|好是好|还行|行是行|还可以|还不错|不错|没事|没问题|平安|健康|硬朗|老样子|正常|\b(?:fine|well|good|ok(?:ay)?|all right|alright|great)\b",
    re.IGNORECASE,
)
_BEFORE = (
    r"我|俺|咱|阿拉|这(?:两|几)天|最近|今天|今早|今儿|昨天|昨晚|早上|晚上|夜里|现在|刚才|突然|身体|浑身|身上|人|感觉|觉得|好像|可能|总是?|老是?|一直|又|还是|还|也|就是|都|有点儿?|有些|稍微|很|好|唉|哎|呀|的"
    r"|\bi(?:'m| am| feel| have got| have|'ve got)?\b|\bam\b|\bfeel(?:ing)?\b|\bhave\b|\btoday\b|\bjust\b|\bstill\b|\bmy\b"
)
_AFTER = (
    r"了|啊|呀|呢|的|着|啦|哦|唉|一点儿?|怎么办|咋办|咋整|\btoday\b|\bnow\b|\ba (?:little|bit)\b|\bplease\b"
)
_AILS = (
    r"(?:头|脑袋|脑壳)(?:也|还|都|又|有点儿?|有些|很|好)*(?:晕|昏|疼|痛)|(?:肚子|胃|眼睛|耳朵|肩膀|胳膊|手|背|后背|膝盖骨)(?:也|还|都|又|有点儿?|有些)*(?:疼|痛|酸|不舒服|难受)"
    r"|不(?:太|大|怎么|是很|很)?(?:舒服|好受|得劲)|难受|发?(?:低)?烧|(?:生)?病|血压(?:有点儿?|有些)?高"
    r"|(?:a (?:bit|little) |slightly |rather )?(?:dizzy|unwell|sick|ill|under the weather)|not (?:feeling )?(?:so |very |too )?(?:well|good)|(?:do not|don't) feel (?:so |very |too )?(?:well|good)"
    r"|(?:a )?(?:slight |bit of a )?(?:headache|stomach ?ache|cold|cough|toothache|back ?ache)|(?:head|stomach|back|shoulder|arm|hand)s? (?:hurts?|aches?|is sore)"
)
_AILS_HER = rf"(?:{_AILS}|{_SLIGHT.pattern})"
COMPLAINT = re.compile(
    rf"^(?=.{{1,60}}$)\W*(?:(?:{_BEFORE})\W*)*{_AILS_HER}\W*(?:(?:{_AILS_HER}|{_BEFORE}|{_AFTER})\W*)*$",
    re.IGNORECASE,
)
"""Words that are nothing but a complaint about her own body."""


def complains(text: str) -> bool:
    """Whether she speaks of something slight without having been asked: she is asked whether somebody should come. What is much,
    or anything beside it, is for others to judge."""
    plain = folded(text[: LONGEST + 1])
    return len(plain) <= LONGEST and COMPLAINT.fullmatch(plain) is not None and not _MUCH.search(plain)


def meaning(text: str) -> Meaning | None:
    """What these words say to “are you well today?”."""
    text = text.strip()
    if not text or len(text) > LONGEST:
        return None
    plain = folded(text)
    if _GREETING.fullmatch(plain):
        # Whoever lifts the receiver says so.
        return None
    if plain.rstrip("? ") in _HELP_WORDS:
        return "help"
    calm = _NO_TROUBLE.sub("没事", plain)
    if _slight(calm):
        return "slight"
    if _TROUBLE.search(calm):
        return "help"
    # A yes at the beginning is not enough: 好慌 is panic, 行动困难 is trouble.
    return "well" if _WELL.search(calm) and made_of(_ONLY_WELL, calm, _LONGEST_PIECE) else None


def _slight(calm: str) -> bool:
    """A friendly answer with a complaint that is no emergency, and with nothing else that troubles her."""
    rest = _SLIGHT.sub("，", calm)
    return (
        rest != calm
        and not _MUCH.search(_FRIENDLY.sub("", calm))
        and not _TROUBLE.search(rest)
        and _FRIENDLY.search(rest) is not None
    )


def usual(text: str, normal: str | None) -> bool:
    """Whether these words are what she usually answers, one phrase a line."""
    said = folded(text)
    return bool(said) and said in {folded(line) for line in (normal or "").splitlines()}

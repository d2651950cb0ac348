"""The words that work anywhere in a conversation, in both languages. Only a whole short message is a command."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal, get_args

from backend.fields.plain import folded
from backend.fields.spelling import respelt
from backend.fields.words import Said

Command = Literal["help", "back", "skip", "cancel", "menu", "language", "person", "repeat", "review"]

_PHRASES: dict[Command, str] = {
    "help": "帮助|怎么用|怎么使用|如何使用|这个怎么用|怎么操作|使用说明|使用帮助|教教我|教我一下|教一下|教我怎么弄|怎么使|怎么使用你|使用方法|用法|指南|说明书|说明|使用指南|操作说明|怎么整|咋整|咋弄|咋用|我该怎么说|我该说什么|该说什么|要说什么|怎么跟你说|要怎么跟你说|我应该怎么说|我要怎么做|我该怎么做|该怎么做|要怎么做|搞不懂|弄不懂|搞不明白|弄不明白|zenme yong|wo bu hui yong|bu hui yong|user manual|manual|guide|i am confused|i'm confused|what should i write|what do i write|what should i say|what do i have to do|what must i do|what should i do|help me use this|help me use it|i don't get it|how do i start|can you teach me|teach me|show me how|where do i start|explain|explain please|教我用|教我怎么用|不会用|怎么玩|帮忙|帮帮忙|bangzhu|how does this work|how does it work|how do i use this|how to use|how to use this"
    "|how do i use it|instructions|user guide|i need help|can you help me|怎么填|怎么写|怎么弄|怎么办|不会|不会填|不会弄|不懂|看不懂|没看懂|不明白|没明白|啥意思|什么意思|什么|啥|help|/help|how|? |what do you mean|i don't understand",
    "back": "返回|反回|上一步|上一题|上一个|回去|后退|退回|back|/back|go back|previous",
    "skip": "跳过|略过|下一步|下一题|不填|先不填|skip|/skip|next|pass|skip it",
    "cancel": "取消|退出|算了|算了吧|不办了|不弄了|不填了|不报了|不报修了|不修了|不用修了|不登记了|不注册了|放弃|停止|取消报修|取消登记|cancel|/cancel|quit|exit|stop|never mind|nevermind|forget it",
    "menu": "菜单|功能菜单|主页|业务有哪些|给我看看都有什么|都有什么|list of services|the services|列表|选项|服务项目|业务|业务列表|全部功能|所有功能|回主菜单|能提供哪些帮助|你有啥用|你有什么用|你能帮我干嘛|services|service list|all options|main page|主菜单|你能做什么|你会做什么|你会什么|你会干啥|你会啥|你都会啥|你都会什么|你会些什么|你能帮我什么|你能帮我做什么|能帮我什么|你能帮我干啥|你能干什么|你能干啥|你能干嘛|能做什么|能干什么|能干啥|有什么功能|都有什么功能|有哪些功能|有啥功能|能办什么|能办什么事|能办哪些事|可以办什么|有什么服务|有哪些服务|功能|服务|功能列表|服务列表"
    "|回到菜单|返回菜单|打开菜单|看菜单|显示菜单|目录|caidan|what can you do|what can you do for me|what can i do here|what do you do|show menu|show me the menu|options|show options|back to menu|go to menu|the menu|首页|回首页|menu|/menu|/start|main menu|start|home page",
    "language": "语言|我要英文|我要中文|英文界面|中文界面|设置成中文|设置成英文|设置语言|语言设置|我不会说中文|我不会英文|我听不懂英语|我听不懂中文|我只会英语|我只会中文|我只会说英语|换个语言|转中文|转英文|only english|i only speak english|i prefer english|i prefer chinese|i want english|i want chinese|english version please|chinese version|chinese version please|set language|language settings|换成英文|换成中文|换英文|换中文|改成英文|改成中文|切换英文|切换中文|切换成英文|切换成中文|切换语言|改语言|选择语言|更改语言|说英文|说英语|讲英文|讲英语|用英语|用汉语|说汉语|英语|汉语|英文版|中文版|英文模式|我不懂中文|我看不懂中文|我不会中文|我看不懂英文|我不懂英文"
    "|change language|change the language|other language|another language|speak chinese|speak chinese please|speak english please|english version|use english please|chinese please|in chinese|use english|use chinese|do you speak english|can you speak english|do you speak chinese|can you speak chinese|i don't speak chinese|i don't understand chinese|i can't read chinese|no chinese"
    "|switch to zh|zhongwen|yingwen|换语言|切换语言|language|/language|/lang|中文|英文|english|chinese|说中文|讲中文|普通话|in english|用中文|用英文"
    "|说简单点|简单点说|简单点|说简单一点|大白话|说大白话|easy|easy read|easy english|plain english|in simple words|english please|switch language|speak english|switch to english|switch to chinese",
    "person": "人工|活人|真人|主任|书记|网格员|zhao rengong|zhuan ren gong|ren gong|call the office|客服人员|真人客服|居委会|物业|社区工作人员|somebody|someone|找人工|转人工|人工服务|人工客服|客服|找人|转人工服务|我要人工|工作人员|找工作人员|person|agent|human|operator"
    "|/person|/agent|talk to a person|talk to a human|speak to a person|real person|representative|staff",
    "repeat": "重复|再说一遍|再说一次|再听一遍|没听清|没听清楚|继续|接着|接着来|repeat|again|say again|say that again|continue"
    "|resume|go on|pardon|what did you say",
    "review": "核对|看一下|检查一下|都填了什么|review|/review|show my answers",
}
_BY_PHRASE: dict[str, Command] = {
    phrase.strip(): name for name, phrases in _PHRASES.items() for phrase in phrases.split("|")
}
_KEYED: dict[str, Command] = {"*": "repeat", "0": "person"}
_TYPED: dict[str, Command] = {
    "0": "menu",
    "*": "repeat",
    "?": "help",
    "??": "help",
    "？": "help",
    "？？": "help",
}
_PERSON = re.compile(
    r"(?:我)?(?:都|也)?(?:(?:不会用?|[听看]不(?:懂|明白)|说不清楚?|弄不来?)(?:你|我|说的|在说什么|这个)*[,，。 ]*)?(?!有人(?:在)?[吗么没]?$)(?:请|麻烦|帮|给|我|就|还|是|想|要|能不能|可不可以|可以|能|快|直接|先|你们?|那?就)*"
    r"(?:转接?到?|找|叫|喊|接|换|跟|和|给|同|见|有没有|有|让|请|不跟机器说了?[,， ]*叫|换)(?:一?[个位下])?(?:你们|社区|物业|居委会?|真)?(?:的|那?边|里)?(?:懂|明白|会|能做主|当官|管事|说了算)?(?:的)?"
    r"(?:人工|真人|活人|客服|工作人员|服务人员|领导|主任|书记|负责人|负责的|经理|管事的|值班的?人?|网格员|管家|站长|当官的?|小[王李张刘陈杨赵周吴]|老师|人)(?:工|客服|服务|员)?"
    r"(?:来|出来|过来|跟|给|和|打|联系|通话|沟通|见面|说理|句|个|讲讲|说说|电话|号码|当面|一趟|行不|好不好|么|呢|谢谢|听|接|讲|谈|聊|说|话|电话|回复|处理|帮忙|帮我|帮帮我|我|吧|啊|呀|嘛|行吗|好吗|可以吗|吗|一下|聊聊|了)*"
    r"|(?:我?(?:不想?|不要|别))(?:跟|和|让)?(?:机器人?|电脑|自动的?)(?:说话?|聊天?|讲话?|回复?|了)*|(?:我要)?(?:真人|活人)"
    r"|(?:请|麻烦|帮|给|我|就|想|要|能不能|可不可以|可以|能|快|直接|先)*(?:转接?到?|找|接通?|联系|呼叫|问)(?:一下|下)?(?:你们|咱们?|我们)?(?:社区|物业|居委会?|村委会?|街道|办事处|值班室|服务台|前台|工作站|网格员|管家)(?:的人|办公室|那边)?(?:吧|啊|呀|一下|行吗|好吗|可以吗|吗)*"
    r"|(?:请|麻烦)?(?:让|请|叫)(?:社区|居委会?|物业|网格员|工作人员)(?:的人)?(?:跟|和|给)?(?:我)?(?:联系|打电话|回电话?|说话|谈)(?:一下|我|吧|谢谢)*|(?:请|麻烦|让|叫|能不能|可以|能)*(?:社区|居委会?|物业|工作人员|人|你们)?(?:的人)?(?:给|跟|回)?我?(?:回|打|来|拨|去)(?:我)?(?:个|一个|一下)?(?:电话|话)(?:给我|来|过来|吧|好吗|行吗|可以吗|行不|谢谢|啊|呀)*|(?:我)?(?:想|要|能不能|可以|怎么|如何)*(?:打|拨)(?:个|一个)?电话(?:给|到|找|问|去)?(?:你们?|社区|物业|居委会?|办公室|值班室?|主任|人|一下|问问?)*(?:吗|吧|啊|行吗|怎么打)*|(?:请问|告诉我|给我|查一下|想问)*(?:社区|居委会?|物业|办公室|你们|网格员|值班室?|主任|服务站|街道|村委会?|管家)(?:办公室|的|服务站|工作人员)*(?:联系)?(?:电话|号码|热线|手机号?)(?:号码?)?(?:是|多少|几号|啥|什么|有没有|呢|吗|给我|一下|发我)*|(?:我)?(?:怎么|如何|咋|咋样|哪里|哪儿|怎样)(?:才)?(?:能|可以)?(?:联系|找)(?:得)?(?:到|上)?(?:你们|社区|居委会?|物业|工作人员|人工|网格员|真人|人)(?:呢|啊|呀)?|打(?:哪个|什么|啥)电话.{0,10}|(?:the |please |give me |what(?:'s| is) )*(?:office |community |contact |your )*(?:phone|telephone|office|contact|hotline) ?(?:number|no)(?: of| for| to)?(?: the| your)?(?: office| community| call)?(?: please)?|(?:how|where|who) (?:can|do|could|should|may) (?:i|we) (?:contact|reach|call|phone|ring|talk to)(?: you| the (?:office|community|staff)| somebody| someone| a person)?(?: please)?|(?:please )?(?:can (?:i|you)|connect|put|let|transfer|i want to|i need to)(?: me)? (?:to |through to |talk to |speak to |speak with |talk with |connect me to |put me through to )+(?:the |a |an |your )?(?:somebody|someone|person|people|social worker|boss|director|supervisor|manager|grid worker|human|colleague|community|office)(?: please)?|no (?:robots?|machines?|bots?)(?: please)?|(?:有没有|有)(?:一?个)?(?:真人|人工|活人|客服|工作人员)(?:在|值班|在线|接待|接听|服务|管)*(?:吗|没有?|么|呀|啊)?|(?:人工|客服|真人|工作人员)(?:在吗|在不在|呢|在哪)|我?(?:只|就)?(?:想|要)(?:听|和|跟|同)(?:真)?人(?:说话?|讲话?|聊天?|沟通)?|rengong|zhuan ?rengong|zhao ?ren"
    r"|(?:请|麻烦|让人|你们)?(?:给我|跟我)?(?:回|打)(?:个|一个)?电话(?:给我|来|过来|吧)?(?:吧|好吗)?|(?:给我)?回电(?:话)?"
    r"|(?:please )?(?:(?:can|could|may) i |i (?:want|need|would like|wanna|'d like) (?:to )?|let me |i'd like to )?"
    r"(?:talk|speak|chat)(?:ing)? (?:to|with) (?:a |an |the |some|any|your )?(?:real |actual |live |other |office |community )?(?:person|human|human being|body|one|agent|staff|operator|manager|office|worker|people|member of staff)"
    r"(?: please)?|(?:please )?(?:can |could |would )?(?:somebody |someone |anybody |you )?(?:please )?(?:call|ring|phone|contact) me(?: back)?(?: please)?"
    r"|(?:is )?(?:there )?(?:anybody|anyone|somebody|someone) (?:available|to talk to|i can talk to)|(?:can|could|may) (?:i|you) (?:please )?(?:get|have|reach|contact|connect me (?:to|with)|put me through to) (?:a |an |the |some)?(?:real |human )?(?:person|human|body|one|agent|staff|operator|office|community office|manager)"
    r"|(?:get|give|connect) me (?:to |with )?(?:a |an |the )?(?:real |live |human )?(?:person|human|agent|operator|office|staff)|customer (?:service|support)|(?:is )?there (?:a |any )?(?:person|human|one|body|somebody|someone) (?:who|that|to) (?:can |could )?(?:help|talk|speak|answer)(?: to)?(?: me| us)?|(?:i )?(?:need|want|would like|'d like)? ?(?:some )?help from (?:a |an |the |some)?(?:real |live )?(?:person|human|one|body|staff|office|colleague)|(?:can |could )?(?:somebody|someone|anybody|anyone) (?:please )?(?:help|assist|talk to|speak to|answer) (?:me|us)(?: please)?|live (?:chat|agent|support)|(?:call|contact) (?:the )?(?:office|staff|community)|(?:i (?:want|need) )?(?:a )?(?:real |live |actual )?(?:human|person)(?: please)?"
)
"""Somebody wanted, in a whole sentence. "找人修水管" goes on after the person, and is none."""
_LANGUAGE = re.compile(
    r"(?:请|能不能|能|可不可以|可以|麻烦|我?[想要]|你|您)*(?:用|[说讲写换改切]|换成|改成|换到|切换到?|切换成)(?:成)?(?:简体)?(?:中文|英文|英语|汉语|普通话|国语)(?:跟我|和我)?(?:说话|说|讲|回复|回答|交流|聊天|版)?(?:吧|吗|好吗|可以吗|行吗|么)?"
    r"|(?:please |can you |could you |can we |i want (?:to )?|i(?:'d| would) like (?:to )?|let's |do you )*(?:speak|write|use|talk|switch|change|reply|answer|set|have|get)?(?: it| this| the language| language)?(?: to| in| into)? ?(?:english|chinese|mandarin)(?: please| version)?"
)
_MENU = re.compile(
    r"(?:你|您|这里|这|你们)?(?:都|能|可以|会|到底|还|可)*(?:帮我|为我|给我|帮忙)?(?:做|办|干|帮|处理|提供)(?:些|点)?(?:什么|啥|哪些)(?:事情?|服务|业务|功能|忙)?(?:呢|啊|呀|吗)?|(?:你|这|你们|这里)?(?:都)?(?:有|看看?)(?:些)?(?:什么|啥|哪些)(?:功能|服务|业务|选项)(?:呢|啊|呀)?"
    r"|what (?:can|do|could) (?:you|i|we) (?:do|offer|ask|help(?: me)? with|get)(?: here| for me| you| with this)*|(?:回|打开|看看?|显示|去|返回|给我看看?)(?:到)?(?:一下)?(?:主|功能|服务)?(?:菜单|页|功能|选项|列表)|(?:能|可以)?提供(?:哪些|什么|啥)(?:帮助|服务)(?:呢|啊)?|还有(?:什么|啥|哪些)(?:功能|服务|选项)(?:呢|啊)?|how can you help(?: me| us)?|what can you help(?: me)?(?: with)?|(?:back|go|return|take me)(?: back)? to (?:the )?(?:main )?menu|what (?:are|is) (?:my|the|your) (?:options|services)|what else can you do|menu please|options please|what (?:services|options|features) .{2,20}|(?:show|give|open|see)(?: me)? (?:the |your |all )*(?:menu|options|services|list)"
)
_HOW = re.compile(
    r"(?:我)?(?:也|都|完全|根本)?(?:不|没)(?:太)?(?:知道|明白|懂|会|晓得|清楚)(?:该|要)?(?:怎么|咋|如何|怎样)(?:弄|用|操作|整|说|填|写|做)(?:啊|呀|呢|的)*|(?:这个?|这东西|这个东西|你|它)*(?:该|要|到底)?(?:怎么|咋|如何|怎样)(?:个)?(?:弄|整|使|用|操作|说|做|搞)(?:法|的|呢|啊|呀|嘛|呗)*[,， ]*(?:我)?(?:也|都)?(?:不|没)(?:会|懂|明白)(?:啊|呀|呢)*|(?:这个东西|老年人|老人|我们老人)(?:该|要)?(?:怎么|咋|如何)(?:用|使|弄|操作)(?:啊|呀|呢)*|(?:请|来个人|谁)?教(?:一?教|一下|下)?我(?:一下|怎么弄|怎么用|吧|呗|啊)*|(?:请问|我想知道|教我|告诉我)?(?:这个|这|你|系统|软件|邻里|东西|机器人|小程序|我|该|要|到底)*(?:怎么|如何|咋|怎样)(?:个|样)?(?:用|使用|操作|弄|玩)(?:法|的|呢|啊|呀|这个|你)*|(?:我)?(?:不|没)(?:太)?(?:会|懂|知道)(?:怎么)?(?:用|操作|使用)(?:这个|啊|呀|呢)*"
    r"|(?:please |can you |could you )*(?:show|tell|teach|explain)(?: to)? ?(?:me )?how (?:to use (?:this|it)|(?:this|it) works)(?: please)?|how (?:do|can|should|to|does) (?:i |we |you |one )?(?:use|work|operate) ?(?:this|it|with this|linli)?.{0,12}|how (?:does|do) (?:this|it|linli|you) work|(?:i )?(?:need|want) (?:some )?help(?: please| with this)?|help(?: me)? please|please help|i don'?t know (?:how|what) to .{2,16}"
)
_POLITE = re.compile(
    r"^(?:请问|请|麻烦(?:您|你)?|我(?:想|要)?|帮我|能不能|可不可以|可以|给我|please |can (?:you|i) (?:please )?|i (?:want|need) (?:to )?)+(?=..)|(?:一下|啊|呀|哦|嘛|呗|咯|哈|谢谢|可以吗|行吗|好吗| please| now| thanks| thank you)+$"
)
"""What people say around a word of command."""
_BY_CHOICE: dict[str, Command] = {f"!{name}": name for name in get_args(Command)}
_SENTENCES: tuple[tuple[Command, re.Pattern[str]], ...] = (
    ("person", _PERSON),
    ("language", _LANGUAGE),
    ("menu", _MENU),
    ("help", _HOW),
)
LONGEST = 48


def command(said: Said) -> Command | None:
    """The command that the whole message is, if it is one.

    It does not know the question: "0" may be a number that was asked for and "English" an option. Where a Form is
    open, ask `Form.command`, which lets the open question claim its own answers first.
    """
    if said.choice is not None:
        return _BY_CHOICE.get(said.choice)
    if not said.text or len(said.text) > LONGEST:
        return None
    bare = said.text.strip()
    return _KEYED.get(bare) if said.keyed else _typed(bare)


@lru_cache(maxsize=512)
def _typed(bare: str) -> Command | None:
    """What these words are; both the router and the Form's step ask it, in every turn."""
    phrase = folded(bare)
    known = _TYPED.get(bare) or _BY_PHRASE.get(phrase) or _TYPED.get(phrase)
    if known is not None or not phrase:
        return known
    for name, pattern in _SENTENCES:
        if pattern.fullmatch(phrase):
            return name
    return _BY_PHRASE.get(respelt(phrase)) or _BY_PHRASE.get(_POLITE.sub("", phrase))

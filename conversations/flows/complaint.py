"""Anger and complaints, which are for a person; and who it is that answers here."""

from __future__ import annotations

import re

from backend.core import orgs
from backend.core.i18n import _
from backend.feedback import actions
from backend.fields.words import Words
from backend.inbox import opening
from backend.settings import settings
from conversations.flow import Answer, Command, Person
from conversations.flows.feedback import voice_of
from conversations.phrases import PERSON, passed_on

_COMPLAINT = re.compile(
    r"投诉|举报|你们(?:到底)?管不管|(?:收了?钱|光收费).{0,3}不(?:办|做|干)事|(?:我)?(?:很|好|非常|太|真|特别)(?:生气|恼火|愤怒|火)(?!锅)|(?:邻居|隔壁|楼[上下道]|对门|广场舞|音响|装修|狗|夜里|半夜|天天|有人|电动?车|汽?车|施工).{0,10}(?:吵|唱歌|弹琴|敲(?!门)|太响|睡不着|堆(?:东西|满|垃圾|杂物)|乱[停扔堆放丢]|高空抛物|扔垃圾|噪音|堵(?:着)?(?:门口|路))|(?:停|堵)在我(?:家)?(?:门口|车位)|睡不着觉?(?=.{0,3}(?:吵|管))|解决不了问题|(?:不|没)解决(?:任何)?问题|(?:收费|价格|管理|处理).{0,4}(?:不合理|太贵|太高|混乱)|说话.{0,4}(?:难听|冲|凶)|(?:骂|凶|吼)(?:人|我)了?|(?:垃圾|卫生).{0,4}没人(?:收|扫|管).{0,6}|臭死|乱[停扔堆]|告(?:你们|他们|物业)|(?:服务)?态度.{0,4}(?:差|恶劣|不好|坏|凶|蛮横|问题)|(?:太|真|很|特别|实在|好)(?:是)?(?:差劲?|慢|垃圾|过分|气人|不负责|不像话|恶劣|糟糕|离谱|让人失望|失望|敷衍)|什么(?:态度|垃圾|玩意儿?|破|物业|社区|服务)|^\W*(?:你们|物业|社区|这|到底|这是|那)*(?:是)?怎么回事\W*$|(?:你们|物业).{0,6}怎么回事|效率.{0,4}(?:低|差|慢)|(?:服务|物业|管理|素质).{0,4}(?:烂|差|不行|太低)|太烂|不像话|气死|气炸|火大|吃屎|吃干饭|骗子|骗人|忽悠|糊弄|敷衍|推卸|推来推去|踢皮球|不作为"
    r"|不管(?:我们?|用|事)|没人(?:管|理).{0,4}(?:我们?|吗|啊|$)|对.{0,8}(?:有(?:很大)?意见|不满)|(?:很|非常|极度|极其)?不满(?!意?足)|(?:要|给)(?:个|一个)?说法|白交|欺负(?:人|我)|受不了|受够|忍无可忍|忍不了|差评|扰民|吵死|乱收费|黑心|岂有此理|垃圾(?:物业|社区|系统|服务)?$|滚(?:蛋|开)?$|混蛋|王八|妈的|他妈|傻逼|tou\s?su"
    r"|\bnot (?:at all )?(?:happy|satisfied|pleased) with\b|\b(?:impolite|unfriendly|incompetent|unhelpful|unprofessional)\b|\b(?:service|management|property|guard|worker|staff|office) (?:is|was|are|were) (?:so |very |really |too )?(?:bad|poor|slow|rude|lazy|terrible)\b|\bneighbou?rs?\b.{0,24}\b(?:nois[ey]\w*|loud|shout\w*|music)\b|\btoo (?:noisy|loud)\b|\bnever (?:solve|answer|help|come)\b|\b(?:parks?|parked|parking) in (?:front of )?my\b|\bcomplain(?:t|ts|ing)?\b|\bunacceptable\b|\bridiculous\b|\bterrible\b|\bawful\b|\bhorrible\b|\bdisgusting\b|\bdisgraceful\b|\buseless\b|\bangry\b|\bfurious\b|\bfed up\b|\boutrageous\b|\bso rude\b|\b(?:was|were|is|are|very) rude\b|\bworst\b|\b(?:bad|poor|lousy) service\b|\bdisappoint(?:ed|ing)\b|\bnobody (?:cares|helps|answers|listens)\b|\bwhat the (?:hell|fuck)\b|\bfuck\w*",
    re.IGNORECASE,
)
_OUTRIGHT = re.compile(
    r"^\W*(?:您好|你好|喂|那个|hello|hi|hey)?\W*(?:"
    r"(?:我们?)?(?:想|要|来|得|必须|一定)*(?:向你们|跟你们|在这)?(?:投诉|举报)(?!电话|热线|号码|的|.{0,6}(?:怎么样|结果|进度|处理了))"
    r"|(?:i (?:want|wish|need|have)|i(?:'d| would) like|let me)? ?(?:to )?(?:make |file )?(?:a |an |my )?complain(?:t|ts)?\b)",
    re.IGNORECASE,
)
_WHO = re.compile(
    r"(?:您贵姓|你贵姓|你是(?:男|女)的?.{0,4})|^\W*(?:是)?谁(?:呀|啊|在说话|呢)\W*$|(?:你们?|您|这)(?:到底|究竟)?(?:是)(?:干|做)(?:什么|啥|嘛)的|你们?是(?:不是)?(?:社区|物业|居委会|客服|骗子|什么人|哪里|哪个|什么(?:单位|地方)).{0,3}|(?:是)?(?:真)?人(?:在)?(?:回复|回答|聊天|说话)(?:吗|的吗)|自动回复吗?|(?:这)?是(?:哪个|什么)(?:单位|号码|地方|部门)|(?:你|您|这|对面)(?:到底|究竟)?是(?:不是)?(?:个|一个)?(?:谁|人(?!工智)|真人|机器人?|电脑|人工(?:智能)?|AI|程序|什么(?:人|东西)?|哪位|哪个|哪里|干(?:什么|啥|嘛)的?|做什么的)|(?:你|您)(?:叫|的名字|姓).{0,3}(?:什么|啥|名|谁)|(?:是|跟)(?:真人|机器人|人)(?:吗|还是)|(?:是|和)(?:谁|什么人)(?:在)?(?:说话|聊天|讲话)|^\W*(?:机器人?|真人|ai)(?:吗|么|[?？])\W*$|ni\s?(?:shi|jiao)\s?(?:shui|shei|shen\s?me)|介绍(?:一下)?(?:你)?自己|自我介绍"
    r"|^\W*(?:your|ur) name\W*$|\b(?:tell me|say something) about yourself\b|\bwho (?:runs|made|is behind|operates|answers)\b.{0,12}|\bis there a (?:human|person) behind\b.{0,8}|\bis this the (?:community|office|property)\b|\bare you (?:a |an )?(?:real|human|robot|bot|person|machine|ai|computer|chat ?bot|program)\b|\bis (?:this|that|it) (?:a |an )?(?:real|human|robot|bot|person|machine|ai|computer|chat ?bot)\b|\bwho (?:are|r) (?:you|u)\b|\bwho is (?:this|that|it|speaking|there)\b|\bwho'?s (?:this|that|there)\b|\bwhat are you\b|\bwhat(?:'s| is) your name\b|\bwho am i (?:talking|speaking|writing|chatting) (?:to|with)\b|\bam i (?:talking|speaking|chatting) (?:to|with)\b|\bintroduce yourself\b",
    re.IGNORECASE,
)


def heard(person: Person, text: str) -> Answer:
    """Somebody is upset: that is passed on to a person, never argued with, and noted as Feedback."""
    if orgs.default_community() is not None:
        actions.take_anger(voice_of(person), text[:2000])
    if opening.waits(person.identity_id, person.resident_id):
        return Answer.of(passed_on())
    return Answer(
        (
            Words(
                _(
                    "I am sorry about that. I have passed on what you wrote to a colleague at the office, who will answer you here. You can also call {hotline}.",
                    hotline=settings().hotline,
                ),
                short=_("I am sorry. A colleague has it now and will answer you. Office: {hotline}", hotline=settings().hotline),
                spoken=_("I am sorry about that. A colleague has been told and will call you back. You can also call {hotline}.", hotline=settings().hotline),
            ),
        ),
        handover="asked",
    )  # fmt: skip


def _who(person: Person, text: str) -> Answer:
    return Answer.of(
        Words(
            _("I am Linli, the assistant of the {community} office: a computer, but people read along. Shall a colleague help you?",
              community=settings().community_name),
            short=_("I am Linli, the office's assistant, a computer. Shall a colleague help you?"),
            options=(PERSON,),
        )
    )  # fmt: skip


COMMANDS = [
    Command(
        "complaint",
        heard,
        _("A complaint"),
        patterns=(_COMPLAINT,),
        outright=_OUTRIGHT,
        whole=True,
        examples=(
            *("你们管不管", "收了钱不办事", "邻居半夜太吵", "广场舞太吵了", "楼道堆东西没人管", "电动车乱停", "我很生气", "狗叫得睡不着", "师傅乱收费", "你们推来推去", "我要讨个说法", "打电话没人接"),
            *("your service is bad", "I am not happy with the service", "the worker was impolite", "my neighbours are noisy", "nobody ever answers", "I am very angry", "somebody parks in front of my door"),
            "我要投诉",
            "你们态度太差",
            "没有人管我们",
            "这物业太不负责",
            "I want to complain",
            "this is unacceptable",
            "your service is terrible",
        ),
    ),
    Command(
        "who",
        _who,
        _("Who I am"),
        patterns=(_WHO,),
        whole=True,
        examples=(
            *("您贵姓", "你们是干什么的", "你是社区的吗", "是人在回复吗", "谁呀", "这是哪个单位", "你是男的女的", "介绍下你自己", "自动回复吗", "跟我说话的是谁"),
            *("tell me about yourself", "your name", "who runs this", "is this the community", "is there a human behind this", "who is writing"),
            "你是谁",
            "你叫什么名字",
            "你是机器人吗",
            "是真人吗",
            "who are you",
            "are you a robot",
            "am I talking to a human",
        ),
    ),
]  # fmt: skip

"""「家人」: who is told about me, what each is told, who is told no more; and whom I am told about."""

from __future__ import annotations

import re

from backend.alarms import actions as alarms
from backend.core.access import Actor
from backend.core.errors import NotFound
from backend.core.i18n import Msg, Text, _
from backend.family import actions, queries, wording
from backend.family.topics import TOPICS, unpacked
from backend.fields.choices import Choices, MultiChoice
from backend.fields.form import Form
from backend.fields.words import Option, Words
from backend.messaging import Resident, say
from backend.residents import queries as residents
from conversations import callers
from conversations.flow import Answer, Command, Flow, Opening, Person, Submitted

INVITE = Option("family.invite:", _("Invite somebody"), _("Invite"))
_ON_PAGE = 6
_FAMILY = re.compile(
    r"^\W*(?:我的)?(?:家人|亲属|家属|亲人)(?:列表|管理|设置)?\W*$|\bwho (?:can|may) (?:see|read|view) (?:my \w+|me)\b.{0,20}|谁(?:能|可以)(?:看|知道)(?:到|见)?我.{0,6}|(?:哪些|什么)人(?:能|可以)(?:看|知道).{0,8}|(?:家人|亲情|亲属|家属|亲人)(?:设置|管理|列表|绑定|关系)|^\W*family (?:settings?|list|members?)\W*$|紧急联系人|\bemergency contacts?\b|(?:我)?家人.{0,4}(?:能|可以).{0,4}(?:收到|知道|看).{0,8}|^\W*(?:my )?family\W*$|\bwho (?:can see|is told about) me\b",
    re.IGNORECASE,
)
_NO_MORE = re.compile(
    r"(?:解绑|移除|删掉|删除|去掉|踢掉|取消)(?:我的?)?(?:绑定的?)?(女儿|儿子|家人|家属|老公|老婆|老伴|闺女|亲属)(?:的)?(?:查看|绑定|权限|关注)?|把(?:我)?(女儿|儿子|家人|老公|老婆|老伴|闺女|邻居)(?:给)?(?:移除|删|去掉|踢|解绑)|^\W*解除绑定\W*$|(?:不(?:再|要|想|用)(?:再)?|别(?:再)?)(?:让|给|告诉)((?!你们|社区|别人).{1,10}?)(?:看|知道|收到|发|了|$)|(?:取消|解除|删除|去掉)(?:和)?(.{0,8}?)(?:的)?(?:家人|亲属|亲情)(?:关系|绑定|权限)?"
    r"|\b(?:stop telling|stop showing|do(?:n't| not) (?:tell|show)) (?:my )?([a-z]{2,20})|\bstop (?:sharing|showing|sending).{0,20}\b(?:with|to) (?:my )?([a-z]{2,20})|\bremove (?:my )?(daughter|son|family|relative)\b",
    re.IGNORECASE,
)
_LEAVE = re.compile(r"^\W*(?:退出家人|退出亲属|不(?:再|想)(?:收到|接收)家人.{0,6})\W*$|\bleave (?:the )?family\b", re.IGNORECASE)  # fmt: skip


def relation_id(argument: str) -> int:
    """The relation that an option names. Raises NotFound."""
    if not argument.isdecimal() or len(argument) > 9:
        raise NotFound(_("We could not find this relation. It may have ended already."))
    return int(argument)


def resident_of(person: Person) -> int:
    """Raises NotFound for somebody who is no resident."""
    if person.resident_id is None:
        raise NotFound(_("This is for registered residents. Write “register” to become one."))
    return person.resident_id


def _show_all(person: Person, argument: str) -> Answer:
    told = queries.relations_where_told(person.identity_id, person.resident_id)
    about = [residents.name_of(r.resident_id) for r in told]
    leaves = tuple(
        Option(f"family.leave:{r.id}", _("Hear nothing more of {name}", name=name), name)
        for r, name in zip(told, about, strict=True)
    )
    hears = Words(_("You are told about: {names}.", names="、".join(about)), options=leaves[:_ON_PAGE])
    if person.resident_id is None:
        return Answer.of(hears if told else _how_to_join())
    mine = queries.relations_of(person.resident_id)
    if not mine:
        nobody = Words(
            _(
                "Nobody is told about you yet. You can invite your daughter, your son, a neighbour: they hear when you need help, and nothing that you do not want."
            ),
            _("Nobody is told about you yet. Would you like to invite somebody?"),
            options=(INVITE,),
        )
        return Answer.of(*((hears, nobody) if told else (nobody,)))
    lines = tuple(Option(f"family.show:{r.id}", wording.title(r), wording.title(r)) for r in mine[:_ON_PAGE])
    whom = Words(_("These people are told about you. Whom shall we look at?"), options=(*lines, INVITE))
    return Answer.of(*((hears, whom) if told else (whom,)))


def _how_to_join() -> Words:
    return Words(
        _(
            "Here families hear how their old people are. If you have a code, write it: “family 123456”. Without one, ask to be connected: the person whom it is about is asked first."
        ),
        _("With a code, write: family 123456. Without one you can ask to be connected."),
        options=(Option("flow:family_join", _("I have a code")), Option("flow:family_ask", _("Ask to be connected"))),
    )  # fmt: skip


def _show(person: Person, argument: str) -> Answer:
    relation = _mine(person, argument)
    return Answer.of(
        Words(
            _told_now(relation),
            options=(_change(relation.id), _nothing_more(relation.id)),
        )
    )


def _change(relation_id: int) -> Option:
    return Option(f"family.topics:{relation_id}", _("Change what is told"), _("Change"))


def _nothing_more(relation_id: int) -> Option:
    return Option(f"family.drop:{relation_id}", _("Tell nothing more"), _("Nothing more"))


def _mine(person: Person, argument: str) -> queries.Relation:
    wanted = relation_id(argument)
    found = next((r for r in queries.relations_of(resident_of(person)) if r.id == wanted), None)
    if found is None:
        raise NotFound(_("We could not find this relation. It may have ended already."))
    return found


# --- no more --------------------------------------------------------------------------------------------------


def _no_more(person: Person, argument: str) -> Answer:
    """Which one is it? Those whose name or title was said, else all."""
    mine = queries.relations_of(resident_of(person))
    if not mine:
        return Answer.of(Words(_("Nobody is told about you."), options=(INVITE,)))
    said = argument.strip()
    meant = [
        r
        for r in mine
        if said and any(part and (part in said or said in part) for part in (r.called, r.name))
    ]
    options = tuple(Option(f"family.drop:{r.id}", wording.title(r)) for r in (meant or mine)[:_ON_PAGE])
    return Answer.of(
        Words(
            _("Who shall be told nothing more? It takes effect at once, and you can invite them again any time."),
            _("Who shall be told nothing more?"),
            options=options,
        )
    )  # fmt: skip


def _drop(person: Person, argument: str) -> Answer:
    if not person.certain:
        relation = _mine(person, argument)
        sure = _("Shall {who} be told nothing more about you?", who=wording.title(relation))
        return callers.asked_again(person, Words(sure, options=(_nothing_more(relation.id),)), "family")
    relation = actions.withdraw(resident_of(person), relation_id(argument))
    done = _("Done. {who} is told nothing more about you.", who=wording.title(relation))
    tell_elsewhere(person, done)
    return Answer.of(Words(done))


def tell_elsewhere(person: Person, done: Text) -> None:
    """A caller's number can be forged: what was changed on the phone is also written to her."""
    if person.channel == "voice" and person.resident_id is not None:
        unsure = _("{done} If that was not you, write “family” to us.", done=done)
        say(Resident(person.resident_id), Words(unsure), purpose="family")


def _leave_list(person: Person, argument: str) -> Answer:
    return _show_all(person, "") if person.resident_id is None else _leaving(person)


def _leaving(person: Person) -> Answer:
    told = queries.relations_where_told(person.identity_id, person.resident_id)
    if not told:
        return Answer.of(Words(_("You are told about nobody.")))
    options = tuple(Option(f"family.leave:{r.id}", residents.name_of(r.resident_id)) for r in told)
    return Answer.of(Words(_("About whom do you want to hear nothing more?"), options=options[:_ON_PAGE]))


def _leave(person: Person, argument: str) -> Answer:
    if not person.certain:
        wanted = relation_id(argument)
        told = queries.relations_where_told(person.identity_id, person.resident_id)
        if wanted not in [r.id for r in told]:
            raise NotFound(_("We could not find this relation. It may have ended already."))
        leave = Option(f"family.leave:{wanted}", _("Hear nothing more"), _("Nothing more"))
        sure = Words(_("Do you want to hear nothing more of your family here?"), options=(leave,))
        return callers.asked_again(person, sure, "family")
    relation = actions.leave(person.identity_id, person.resident_id, relation_id(argument))
    name = residents.name_of(relation.resident_id)
    return Answer.of(Words(_("Done. You are told nothing more about {name}, who knows it now.", name=name)))


# --- what each is told ----------------------------------------------------------------------------------------

_TOPICS = Form(
    "family_topics",
    _("What is told"),
    [
        MultiChoice(
            "topics",
            label=_("Told about"),
            ask=_("What may be told? Several numbers are fine, like 1,2."),
            options=[Choices(topic, label) for topic, label in TOPICS.items()],
        )
    ],
    review=False,
)


def _open_topics(person: Person, argument: str) -> Opening | Answer:
    relation = _mine(person, argument)
    now = _told_now(relation)
    if not person.certain:
        return callers.asked_again(person, Words(now, options=(_change(relation.id),)), "family")
    return Opening("family_topics", facts={"relation": relation.id}, before=(Words(now),))


def _told_now(relation: queries.Relation) -> Msg:
    return _(
        "**{who}** is told about: {topics}.",
        who=wording.title(relation),
        topics=wording.topics_shown(relation),
    )


def _submit_topics(person: Person, done: Submitted) -> Answer:
    resident_id = resident_of(person)
    if not person.certain:
        # Begun in a call of ours, and gone on with in one to us.
        relation = _mine(person, str(done.facts["relation"]))
        again = Words(_told_now(relation), options=(_change(relation.id),))
        return callers.asked_again(person, again, "family")
    actor = Actor("resident", resident_id, residents.name_of(resident_id))
    relation = actions.change_topics(actor, int(done.facts["relation"]), done.answers["topics"])
    told = _(
        "Noted. From now on {who} is told about: {topics}.",
        who=wording.title(relation),
        topics=wording.topics_shown(relation),
    )
    tell_elsewhere(person, told)
    alone = "alarm" not in unpacked(relation.topics)
    warning = Words(_("Then {who} is not called when you need help at once.", who=wording.title(relation)))
    return Answer.of(Words(told), *((warning,) if alone else ()))


# --- the question of a relative -------------------------------------------------------------------------------


def _agree(person: Person, argument: str) -> Answer:
    if not person.certain:
        wanted = relation_id(argument)
        asked = next((r for r in queries.relations_of(resident_of(person), "asked") if r.id == wanted), None)
        if asked is None:
            raise NotFound(_("We could not find this relation. It may have ended already."))
        return callers.asked_again(person, wording.asked(asked, ""), "family")
    relation = actions.answer(resident_of(person), relation_id(argument), yes=True)
    done = _(
        "Thank you. {who} is told about: {topics}.",
        who=wording.title(relation),
        topics=wording.topics_shown(relation),
    )
    tell_elsewhere(person, done)
    return Answer.of(Words(done, options=(_change(relation.id), _nothing_more(relation.id))))


def _refuse(person: Person, argument: str) -> Answer:
    actions.answer(resident_of(person), relation_id(argument), yes=False)
    return Answer.of(Words(_("All right. Nothing is shown, and nobody is told that you were asked.")))


# --- whom staff have entered ----------------------------------------------------------------------------------


def _confirm(person: Person, argument: str) -> Answer:
    """ "Yes, it is me", and with it whatever an open alarm kept from him until now."""
    wanted = relation_id(argument)
    if not person.certain:
        sure = Words(
            _("Are you the person whom the community office has noted?"), options=wording.yes_or_no(wanted)
        )
        return callers.asked_again(person, sure, "family")
    relation = actions.confirm(person.identity_id, person.resident_id, wanted)
    name = residents.name_of(relation.resident_id)
    done = _(
        "Thank you. You are told here about **{name}**: {topics}. To end it, write “leave family”.",
        name=name,
        topics=wording.topics_shown(relation),
    )
    brief = _("Thank you. You are told here when {name} needs help.", name=name)
    return Answer.of(Words(done, brief), *alarms.in_full(relation.id))


def _not_me(person: Person, argument: str) -> Answer:
    actions.deny(person.identity_id, person.resident_id, relation_id(argument))
    return Answer.of(
        Words(
            _("Thank you for saying so. You hear nothing more of it; the office looks for the right number.")
        )
    )


FLOWS = [
    Flow(
        "family_topics",
        _TOPICS,
        _TOPICS.title,
        lambda p, _t: _show_all(p, ""),
        _submit_topics,
        audience="resident",
    ),
]  # fmt: skip
COMMANDS = [
    Command(
        "family",
        _show_all,
        _("Family"),
        patterns=(_FAMILY,),
        audience="resident",
        menu=40,
        examples=("家人设置", "我的家人", "谁能看到我的情况", "my family", "who can see how I am"),
    ),
    Command("family.told", _show_all, patterns=(_FAMILY,), audience="newcomer"),
    Command("family.show", _show),
    Command(
        "family.no_more",
        _no_more,
        _("Tell my family nothing more"),
        patterns=(_NO_MORE,),
        audience="resident",
        whole=True,
        examples=("解绑家人", "把儿子移除", "取消女儿的查看", "不要告诉我儿子了", "不想让女儿知道", "解除绑定", "remove my son", "do not tell my daughter", "stop telling my son", "不再让女儿看了", "取消家人绑定", "别让儿子知道", "stop sharing with my son"),
    ),
    Command("family.drop", _drop),
    Command("family.leave_which", _leave_list, patterns=(_LEAVE,)),
    Command("family.leave", _leave),
    Command("family.topics", _open_topics),
    Command("family.yes", _agree),
    Command("family.no", _refuse),
    Command("family.confirm", _confirm),
    Command("family.not_me", _not_me),
]  # fmt: skip

"""Voice over Twilio: a call is a conversation, one webhook request a turn.

What a call needs to know between its turns travels in the address that Twilio calls next, under Twilio's signature: the
number of the turn (so that a retry is recognised), how often nothing was heard, which Messages were just said (so that
they can be said again without a turn). In Twilio's console the number's "a call comes in" is POST PUBLIC_URL/hooks/voice,
its status callback PUBLIC_URL/hooks/voice/status.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from urllib.parse import urlencode, urlsplit

from backend.core.i18n import DEFAULT_LOCALE, _, render
from backend.fields.plain import folded
from backend.fields.words import Said
from backend.messaging import deliveries, people
from backend.messaging.content import Content
from backend.messaging.deliveries import Due
from backend.messaging.models import Conversation, Delivery, Message
from backend.settings import settings
from backend.web.door import Post, Reply, Take
from bots import served, twilio, voice_shape
from bots.channel import Channel, Refused, Sent
from bots.voice_step import Step
from conversations import engine
from conversations.inbound import Inbound, Turn

UNSURE_BELOW = 0.4
"""Recognition less confident than this is asked again, once."""
MOST_TURNS = 200
_ENGLISH = ("english", "英文", "英语", "in english", "yingwen")
_MORE = frozenset(
    (
        "更多",
        "更多选项",
        "选项",
        "有哪些",
        "有哪些选项",
        "有什么",
        "more",
        "options",
        "choices",
        "the choices",
    )
)
_MENU = frozenset(("菜单", "menu", "list", "the list", "列表"))
_STATUS = {
    "initiated": "sent",
    "ringing": "sent",
    "in-progress": "sent",
    "completed": "delivered",
    "busy": "failed",
    "no-answer": "failed",
    "canceled": "failed",
    "failed": "failed",
}


class VoiceChannel(Channel):
    """Twilio's Calls API. An account may begin one call a second unless Twilio grants more (twilio.com/docs/voice/api)."""

    name = "voice"
    per_second = 1.0
    per_address_second = 1 / 60

    async def send(self, due: Due) -> Sent:
        from bots import twilio_client  # slow to load: only who sends needs it

        found = settings()
        if not (found.public_url or found.twilio_api_base):
            raise Refused("calls need PUBLIC_URL: Twilio asks us there what to say")
        # What a machine took, nobody has heard: an alarm, or a question how she is, goes on elsewhere.
        alarm = "&a=1" if due.queue == "alerts" or due.purpose == "checkin" else ""
        calls = twilio_client.client().calls
        sid = await twilio_client.create(
            calls.create_async(
                to=due.address,
                from_=found.twilio_from,
                url=f"{found.base_url}/hooks/voice/out?d={due.id}",
                method="POST",
                status_callback=f"{found.base_url}/hooks/voice/status?d={due.id}{alarm}",
                status_callback_event=["completed"],
                machine_detection="DetectMessageEnd",
                timeout=40,
            )
        )
        return Sent(sid)

    async def close(self) -> None:
        from bots import twilio_client  # slow to load: only who sends needs it

        await twilio_client.close()


def shape(*replies: Content) -> list[str]:
    """The script of a turn's `replies`, line by line, as a caller hears it."""
    return voice_shape.script(replies)


def called(post: Post) -> Reply:
    """A call to us, or the next turn of any call."""
    twilio.verify(post)
    caller, call = _caller(post), twilio.sid(post.form.get("CallSid", ""))
    if caller is None or not call:
        return _twiml(_hidden())
    step = Step.of(post.query)
    if step.n is None:
        return _begun(post, caller, call, step)
    return _continued(post, caller, call, step, step.n)


def answered(post: Post) -> Reply:
    """Somebody, or a machine, took a call of ours: say the Message that it was for."""
    twilio.verify(post)
    given = post.query.get("d", "")
    found = deliveries.load([int(given)]) if given.isascii() and given.isdigit() and len(given) < 10 else []
    if not found or found[0].channel != "voice" or found[0].address != post.form.get("To"):
        return _twiml(voice_shape.ending(_("Sorry to have disturbed you. Goodbye."), DEFAULT_LOCALE))
    due = found[0]
    hello = _("Hello, this is {community}.", community=settings().community_name)
    if post.form.get("AnsweredBy", "").startswith(("machine", "fax")):
        return _twiml(_for_machine(due))
    step = Step(n=1, said=(due.message_id,), offered=due.message_id, question=bool(due.content.answers))
    return _twiml(voice_shape.asking([due.content], _url(step), before=hello))


def status(post: Post) -> Reply:
    """Twilio's report on a call. Only calls of ours (`d` in the URL) are Deliveries."""
    twilio.verify(post)
    given = post.query.get("d", "")
    found = _STATUS.get(post.form.get("CallStatus", ""))
    error = None
    if found and post.form.get("AnsweredBy", "").startswith(("machine", "fax")):
        # Nobody has heard an alarm that a machine took: the next address, at once.
        found, error = ("failed", "a machine answered") if post.query.get("a") else ("sent", None)
    elif found == "failed":
        error = f"the call: {post.form['CallStatus']}"
    if found and given.isascii() and given.isdigit() and len(given) < 10:
        call = twilio.sid(post.form.get("CallSid", ""))
        deliveries.receipt("voice", call, found, error, int(given))
    return Reply(status=204)


TAKES: dict[str, Take] = {"/hooks/voice": called, "/hooks/voice/out": answered, "/hooks/voice/status": status}


# --- the turns of a call --------------------------------------------------------------------------------------


def _begun(post: Post, caller: str, call: str, step: Step) -> Reply:
    locale = _known_locale(caller)
    text = ""
    if locale is None:
        keyed, text, _sure = _input(post)
        if not step.language or keyed == "*":
            return _twiml(voice_shape.choosing_language(_url(Step(n=None, language=True))))
        english = keyed == "2" or folded(text) in _ENGLISH
        locale = "en" if english else DEFAULT_LOCALE
        # A caller who tells her trouble at once is heard at once.
        text = "" if english or folded(text) in ("中文", "普通话") else text
    turn = engine.handle(
        Inbound("voice", caller, f"{call}:0", Said(text=text), locale=locale, ours=_ours(post), start=True)
    )
    return _spoken(post, turn, 0)


def _continued(post: Post, caller: str, call: str, step: Step, n: int) -> Reply:
    keyed, text, sure = _input(post)
    event_id = f"{call}:{n}"
    if n >= MOST_TURNS:
        return _twiml(_goodbye(caller))
    if not keyed and not text:
        return _silent(caller, step)
    if keyed == "*" and step.said:
        return _again(caller, step)
    if _wants_list(caller, step, text):
        return _again(caller, step)
    if not keyed and not sure and step.silences == 0:
        return _unsure(caller, step)
    if step.offered and keyed.isdigit() and len(keyed) < 3:
        content = _contents(caller, (step.offered,))
        if content and 0 < int(keyed) <= len(content[0].options):
            chosen = Inbound(
                "voice", caller, event_id, message_id=step.offered, option=int(keyed) - 1, ours=_ours(post)
            )
            return _spoken(post, engine.handle(chosen), n)
    said = Said(text=keyed or text, keyed=bool(keyed))
    return _spoken(post, engine.handle(Inbound("voice", caller, event_id, said, ours=_ours(post))), n)


def _spoken(post: Post, turn: Turn, n: int) -> Reply:
    contents = [reply.content for reply in turn.replies]
    following = Step(
        n=n + 1,
        said=tuple(reply.message_id for reply in turn.replies),
        question=any(c.answers for c in contents) or _flow_open(turn.identity_id),
    )
    if not contents:
        go_on = _("Please go on, I am listening.")
        contents = [_content(render(go_on, turn.locale), turn.locale)]
    twiml = voice_shape.asking(contents, _url(following))
    return _twiml(twiml, served.noting([reply.delivery_id for reply in turn.replies], post.environ))


def _silent(caller: str, step: Step) -> Reply:
    """Nothing came: once more, then slower, then goodbye; what was said so far stays as it is."""
    locale = _locale(caller)
    contents = _contents(caller, step.said)
    after = step.silent()
    if not step.question:
        if step.silences or step.offered:
            return _twiml(_goodbye(caller))
        more = _("Is there anything else? If not, you can simply hang up.")
        return _twiml(voice_shape.asking([_content(render(more, locale), locale)], _url(after)))
    if step.silences >= 2 or not contents:
        return _twiml(_goodbye(caller))
    before = (
        _("I did not hear anything. Once more:")
        if step.silences == 0
        else _("I will say it again, more slowly.")
    )
    return _twiml(
        voice_shape.asking(
            contents,
            _url(after.read_out()),
            before=before,
            slow=step.silences > 0,
            person=True,
            listing=True,
        )
    )


def _again(caller: str, step: Step) -> Reply:
    contents = _contents(caller, step.said)
    if not contents:
        return _silent(caller, step)
    following = step.heard().read_out()
    return _twiml(voice_shape.asking(contents, _url(following), person=True, listing=True))


def _wants_list(caller: str, step: Step, text: str) -> bool:
    """Whether she asks for the options that were not read out. Once they were, “menu” means the menu itself."""
    said = folded(text)
    return (said in _MORE or (said in _MENU and not step.listed)) and voice_shape.withheld(
        _contents(caller, step.said)
    )


def _unsure(caller: str, step: Step) -> Reply:
    locale = _locale(caller)
    contents = _contents(caller, step.said)
    before = _("Sorry, the line is not clear. Please say it once more, or use the keys.")
    if not contents:
        return _twiml(voice_shape.asking([_content(render(before, locale), locale)], _url(step.silent())))
    return _twiml(voice_shape.asking(contents, _url(step.silent()), before=before, listing=step.listed))


def _goodbye(caller: str) -> str:
    identity = people.find("voice", caller)
    locale = identity.locale if identity else DEFAULT_LOCALE
    if identity is not None and _flow_open(identity.id):
        return voice_shape.ending(
            _("We have kept your answers. Call again any time and we go on from here. Goodbye."), locale
        )
    return voice_shape.ending(_("Thank you. Goodbye."), locale)


def _for_machine(due: Due) -> str:
    locale = due.content.locale
    hello = _("Hello, this is {community}.", community=settings().community_name)
    call_back = _("Please call us back: {hotline}.", hotline=settings().hotline)
    text = voice_shape.spoken(due.content.spoken, locale)
    lines = [render(hello, locale), *([] if due.content.sensitive else [text])]
    return voice_shape.telling([*lines, voice_shape.spoken(render(call_back, locale), locale)], locale)


def _hidden() -> str:
    text = _(
        "Hello, this is {community}. We cannot see your number, so we cannot help you on this line. Please call {hotline}.",
        community=settings().community_name,
        hotline=settings().hotline,
    )
    return voice_shape.ending(text, DEFAULT_LOCALE)


# --- what is known --------------------------------------------------------------------------------------------


def _caller(post: Post) -> str | None:
    """The person at the other end: who called us, or whom we called."""
    return twilio.personal_number(post.form.get("To" if _ours(post) else "From", ""))


def _ours(post: Post) -> bool:
    """Whether we made this call; Twilio says so under its signature."""
    return post.form.get("Direction", "").startswith("outbound")


def _input(post: Post) -> tuple[str, str, bool]:
    """(keys pressed, words spoken, whether the recognition is sure). An unreadable or missing confidence counts as sure."""
    form = post.form
    keyed = "".join(c for c in form.get("Digits", "") if c in "0123456789*")[:40]
    text = form.get("SpeechResult", "").strip().rstrip("\u3002\uff01\uff1f\uff0c.!?, ")
    try:
        confidence = float(form.get("Confidence", ""))
    except ValueError:
        confidence = 0.0
    # Some recognisers always say 0.0: that is no finding.
    return keyed, text, not 0.0 < confidence < UNSURE_BELOW


def _known_locale(caller: str) -> str | None:
    """Her language, when she has talked with us on this number before."""
    known = people.find("voice", caller) or people.find("sms", caller)
    return known.locale if known else None


def _locale(caller: str) -> str:
    return _known_locale(caller) or DEFAULT_LOCALE


def _contents(caller: str, message_ids: Sequence[int]) -> list[Content]:
    """What these Messages say, as far as they were said to this caller."""
    identity = people.find("voice", caller)
    if identity is None or not message_ids:
        return []
    hers = Delivery.select(Delivery.message_id).where(
        Delivery.message_id.in_(list(message_ids)) & (Delivery.identity_id == identity.id)
    )
    said = Message.select().where(Message.id.in_(hers)).order_by(Message.id)
    return [Content.unseal(m.content) for m in said]


def _flow_open(identity_id: int) -> bool:
    found = Conversation.get_or_none(Conversation.identity_id == identity_id)
    return found is not None and found.flow is not None


def _content(text: str, locale: str) -> Content:
    return Content(text, text, text, locale)


def _url(step: Step) -> str:
    # Relative to the host that Twilio called: it is the one that Twilio signs.
    return f"{urlsplit(settings().base_url).path}/hooks/voice?{urlencode(step.to_query())}"


def _twiml(xml: str, after: Callable[[], None] | None = None) -> Reply:
    return Reply(xml, "text/xml", after=after)

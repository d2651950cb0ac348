"""A conversation as each channel gives it, side by side: for staff who want to see what they ask of people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, render_template, request, url_for

from backend.core import clock
from backend.core.errors import NotFound
from backend.core.i18n import LANGUAGES, LOCALES, Text, _, render
from backend.fields.form import Form
from backend.fields.words import Said
from backend.messaging import emphasis
from backend.messaging.channels import NAMES
from backend.messaging.content import Content, rendered
from backend.settings import settings
from backend.web import nav, session
from backend.web.text import locale as reader
from bots import bubbles, sms_shape
from bots.bubbles import Bubble, Shape
from conversations import engine, simulator
from conversations.simulator import Exchange

blueprint = Blueprint("preview", __name__, url_prefix="/admin/preview", template_folder="templates")
LONGEST = 300
MOST_ANSWERS = 60

nav.register(_("Conversations"), "preview.index", "form.preview", 50, group="messages")


@blueprint.get("")
@session.needs("form.preview")
def index() -> Any:
    flows = sorted(
        engine.engine().registry.flows.values(), key=lambda f: (f.menu is None, f.menu or 0, f.name)
    )
    return render_template("bots/previews.html", flows=flows)


@blueprint.get("/<name>")
@session.needs("form.preview")
def show(name: str) -> Any:
    flow = engine.engine().registry.flow(name)
    if flow is None:
        raise NotFound()
    answers = [a[:LONGEST] for a in request.args.getlist("a")][:MOST_ANSWERS]
    walking = request.args.get("walk") == "1"
    language = request.args.get("in", reader())
    language = language if language in LOCALES else reader()
    here: dict[str, Any] = {"name": name, "in": language}
    return render_template(
        "bots/preview.html",
        flow=flow,
        shapes=(drawn := shapes(flow.form, answers, walking, language)),
        answers=answers,
        language=language,
        walking=walking,
        spoken=[(code, language.name) for code, language in LANGUAGES.items()],
        begin_url=url_for("preview.show", **here),
        walk_url=url_for("preview.show", **here, walk=1),
        back_url=url_for("preview.show", **here, a=answers[:-1]) if answers else "",
        open_question=any(not shape.ended for shape in drawn) and not walking,
        code=simulator.CODE,
    )


def shapes(form: Form, answers: list[str], walking: bool, language: str) -> list[Shape]:
    """The Form on every channel: answered with `answers` so far, or, `walking`, by somebody who answers everything."""
    return [
        _shape(channel, _exchanges(form, channel, answers, walking, language), language)
        for channel in ("telegram", "sms", "voice", "webchat")
    ]


def _exchanges(form: Form, channel: str, answers: list[str], walking: bool, language: str) -> list[Exchange]:
    now = clock.local(clock.now())
    if walking:
        return simulator.walk(form, channel, now, language)
    return simulator.play(form, channel, [Said(text=a) for a in answers], now, language)


def _shape(channel: str, exchanges: Sequence[Exchange], language: str) -> Shape:
    lines: list[Bubble] = []
    before: tuple[Content, ...] = ()
    totals = [0, 0]
    for exchange in exchanges:
        if exchange.said is not None:
            lines.append(Bubble(True, [(_said(exchange.said, before, language), False)]))
        contents = tuple(rendered(words, language) for words in exchange.replies)
        drawn = bubbles.drawn(channel, contents)
        lines += drawn
        if channel == "sms":
            bodies = sms_shape.shape(contents, settings().community_name)
            totals = [totals[0] + len(bodies), totals[1] + sum(b.cost.segments for b in bodies)]
        else:
            totals[0] += len(drawn)
        if exchange.code:
            lines.append(
                Bubble(False, [], note=_("A code is sent; here it is always {code}.", code=simulator.CODE))
            )
        before = contents or before
    ended = _ENDS.get(exchanges[-1].outcome, "")
    if channel == "sms":
        return Shape(
            NAMES[channel],
            lines,
            bubbles.sms_total(*totals),
            ended,
        )
    return Shape(NAMES[channel], lines, bubbles.counted(totals[0]), ended)


_ENDS: dict[str, Text] = {
    "submitted": _("Everything is answered; now the conversation takes effect."),
    "cancelled": _("The conversation ended without an effect."),
    "person": _("A person takes over."),
}


def _said(said: Said, before: Sequence[Content], language: str) -> str:
    """What she said, as she would see it: the label of a picked option."""
    if said.choice is not None:
        picked = (o.label for content in reversed(before) for o in content.options if o.value == said.choice)
        return emphasis.plain(next(picked, "✓"))
    if said.media is not None:
        return render(_("(a photo)"), language)
    if said.location is not None:
        return render(_("(where I am)"), language)
    return said.text

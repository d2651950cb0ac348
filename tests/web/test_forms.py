"""Every Field on a page: labelled, with its value, its error and its hint."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask, render_template_string

from backend.core.i18n import _
from backend.fields.choices import Choice, MultiChoice
from backend.fields.dates import Date
from backend.fields.media import Photo
from backend.fields.numbers import Integer
from backend.fields.phone import Phone
from backend.fields.text import Email, LongText, Text
from backend.fields.words import Option

OPTIONS = (Option("water", _("Water")), Option("power", {"zh_CN": "停电", "en": "Power <cut>"}))
PAGE = """{% import "web/forms.html" as forms with context %}
{{ forms.field(name, label, html, value=value, error=error, options=options, hint=hint) }}"""

Draw = Callable[..., str]


@pytest.fixture
def draw(app: Flask) -> Draw:
    def drawn(name: str, html: dict, **more: object) -> str:
        values = {"value": "", "error": None, "options": (), "hint": None, "label": _("Name")} | more
        with app.test_request_context(headers={"Accept-Language": "en"}):
            return " ".join(render_template_string(PAGE, name=name, html=html, **values).split())

    return drawn


@pytest.mark.parametrize(
    ("html", "kind"),
    [
        (Text("x", label="X").html(), 'type="text"'),
        (Phone("x", label="X").html(), 'type="tel"'),
        (Email("x", label="X").html(), 'type="email"'),
        (Date("x", label="X").html(), 'type="date"'),
        (Integer("x", label="X").html(), 'type="number"'),
        (Photo("x", label="X").html(), 'type="file"'),
        (LongText("x", label="X").html(), "<textarea"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_each_kind_has_its_control_with_a_label_an_error_and_a_hint(
    draw: Draw, html: dict, kind: str
) -> None:
    page = draw("thing", html, error=_("Could you look at it once more?"), hint="like 138 0013 8000")
    assert kind in page
    assert '<label for="thing">' in page and 'id="thing"' in page
    assert 'aria-invalid="true" aria-describedby="thing-hint thing-error"' in page
    assert '<p class="field-error" id="thing-error">Could you look at it once more?</p>' in page


def test_what_was_typed_is_kept_and_harmless(draw: Draw) -> None:
    page = draw("thing", {"tag": "input", "type": "text"}, value='"><script>')
    assert 'value="&#34;&gt;&lt;script&gt;"' in page
    assert "&lt;/textarea&gt;" in draw("thing", {"tag": "textarea"}, value="</textarea>")


def test_a_choice_is_a_list_with_the_chosen_one_marked(draw: Draw) -> None:
    page = draw("kind", Choice("kind", label="X", options=OPTIONS).html(), options=OPTIONS, value="power")
    assert '<option value="power" selected>Power &lt;cut&gt;</option>' in page
    assert "Please choose" in page


def test_several_choices_are_marked_at_once(draw: Draw) -> None:
    field = MultiChoice("kind", label="X", options=OPTIONS)
    page = draw("kind", field.html(), options=OPTIONS, value=["water", "power"])
    assert "multiple" in page and page.count(" selected") == 2 and "Please choose" not in page
    boxes = draw("kind", {"tag": "checkbox"}, options=OPTIONS, value=["water"])
    assert boxes.count('type="checkbox"') == 2 and boxes.count(" checked") == 1 and "<fieldset" in boxes


def test_what_is_not_required_says_so_and_the_required_is_marked_for_machines(draw: Draw) -> None:
    optional = draw("thing", Text("x", label="X", optional=True).html())
    assert "(optional)" in optional and " required" not in optional
    required = draw("thing", Text("x", label="X").html())
    assert "(optional)" not in required and re.search(r"<input[^>]* required", required)

"""What a provider posts to a hook: a short form, read in one go."""

from __future__ import annotations

from functools import cached_property
from urllib.parse import unquote_plus

from flask import Request
from werkzeug.datastructures import ImmutableMultiDict
from werkzeug.exceptions import BadRequest

MOST_FIELDS = 1000


class Posted(Request):
    """A Request whose form is urlencoded, as all providers send it. Flask's own parser is made for files of any size that come in
    pieces: for a text message of eleven fields it takes twice as long as the reading itself."""

    @cached_property
    def form(self) -> ImmutableMultiDict[str, str]:
        if self.mimetype != "application/x-www-form-urlencoded":
            return ImmutableMultiDict()
        pairs = self.get_data(as_text=True).split("&", MOST_FIELDS)
        if len(pairs) > MOST_FIELDS:
            raise BadRequest("too many fields")
        split = (pair.partition("=") for pair in pairs if pair)
        return ImmutableMultiDict(
            [(unquote_plus(name), unquote_plus(value)) for name, _equals, value in split]
        )

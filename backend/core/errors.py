"""What can go wrong for a person. Every error says, in the reader's language, what happened and what to do."""

from __future__ import annotations

from backend.core.i18n import Msg, Text, _


class LinliError(Exception):
    """Base: `text` is shown to the person who asked."""

    status = 400

    def __init__(self, text: Text) -> None:
        super().__init__(text.id if isinstance(text, Msg) else text)
        self.text = text


class Forbidden(LinliError):
    """The actor's roles do not allow this at this Org."""

    status = 403

    def __init__(self, text: Text | None = None) -> None:
        super().__init__(text or _("Your role does not allow this. Please ask your community admin."))


class NotFound(LinliError):
    status = 404

    def __init__(self, text: Text | None = None) -> None:
        super().__init__(
            text or _("We could not find this. It may have been removed, or the address is mistyped.")
        )


class Conflict(LinliError):
    """Somebody was faster, or the thing is in another state by now; nothing was changed."""

    status = 409


class Invalid(LinliError):
    """A value was not understood; `field` names it when known."""

    status = 422

    def __init__(self, text: Text, field: str | None = None) -> None:
        super().__init__(text)
        self.field = field

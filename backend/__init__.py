"""What the community knows and does. `flask --app backend` finds the application here."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask


def create_app() -> Flask:
    """The whole application; imported late, so that a part can be used without all the others."""
    from backend.app import create_app as build

    return build()

"""What the community knows and does. `flask --app backend` finds the application here."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

# What a process imports stays, and what a message leaves behind goes by itself: looking for circles in all that after every seven hundred
# objects, as Python does by itself, took a sixth of a start and a fifth of the time of a campaign.
gc.set_threshold(50_000, 20, 100)


def create_app() -> Flask:
    """The whole application; imported late, so that a part can be used without all the others."""
    from backend.app import create_app as build

    return build()

"""The pages of the dynamic database."""

from __future__ import annotations

from backend.records import define_web, record_web
from backend.records.list_web import blueprint

__all__ = ["blueprint", "define_web", "record_web"]

"""The pages of the dynamic database."""

from __future__ import annotations

from backend.records import bulk_web, card, convert_web, define_web, files, record_web
from backend.records.list_web import blueprint

__all__ = ["blueprint", "bulk_web", "card", "convert_web", "define_web", "files", "record_web"]

"""The pages of the dynamic database."""

from __future__ import annotations

from backend.records import convert_web, define_web, files, record_web
from backend.records.list_web import blueprint

__all__ = ["blueprint", "convert_web", "define_web", "files", "record_web"]

"""Photos and documents on a request, besides the photos of its own."""

from __future__ import annotations

from backend.attachments import kinds
from backend.attachments.web import section
from backend.requests import queries
from backend.web import sections

kinds.register("request", "request.read", "request.comment", lambda number: queries.by_number(number).org_id)
sections.register("request", section("request"), order=40)

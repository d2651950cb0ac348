"""What the clock does for other systems."""

from datetime import timedelta

from backend.core import clock
from broadcasts.api import posting, receipts
from broadcasts.api.models import ApiCall, WebhookPost

KEPT = timedelta(days=30)


def forget_old() -> int:
    """Answers that are given again, and posts that are over, are kept for a month."""
    before = clock.now() - KEPT
    posts = (
        WebhookPost.delete()
        .where((WebhookPost.created_at < before) & (WebhookPost.status != "waiting"))
        .execute()
    )
    return int(posts + ApiCall.delete().where(ApiCall.created_at < before).execute())


JOBS = [
    ("api.receipts", 3, receipts.note),
    ("api.posts", 3, posting.post_due),
    ("api.forget_old", 3_600, forget_old),
]

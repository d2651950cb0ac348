"""SMS on a machine for trying out, where no provider is set: the one-time codes that somebody waits for are kept as files.

Without this nobody could register in the demo. Everything else is refused, so that it goes to the person's next address
instead of vanishing into a folder; and with PUBLIC_URL set, where people are real, this channel does not exist.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

from backend.core import clock
from backend.messaging.deliveries import Due
from backend.settings import settings
from bots import sms
from bots.channel import NOT_SET_UP, Channel, Refused, Sent


class KeptCodes(Channel):
    """Writes VAR_DIR/sms/<number>.txt, the newest code last, and says on the terminal that it did."""

    name = "sms"

    async def send(self, due: Due) -> Sent:
        if due.purpose != "code":
            raise Refused(f"SMS {NOT_SET_UP}: TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN, TWILIO_FROM")
        texts = [body.text for body in sms.shape(due.content)]
        path = await asyncio.to_thread(_keep, due.address, texts)
        print(f"No SMS provider is set; the code is in {path}", flush=True)  # noqa: T201
        return Sent(status="delivered")


def _keep(address: str, texts: list[str]) -> Path:
    folder = settings().var_dir / "sms"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{address.lstrip('+')}.txt"
    with path.open("a") as file:
        file.writelines(f"{clock.local(clock.now()):%H:%M:%S} {text}\n" for text in texts)
    return path

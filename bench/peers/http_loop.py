"""The limit of P3: an asyncio loop over aiohttp that posts the same texts to the same sink, over 100 connections, and keeps nothing."""

from __future__ import annotations

import asyncio
import time
from urllib.parse import urlencode

import aiohttp
from yarl import URL

CONNECTIONS = 100


def pace(port: int, messages: int) -> tuple[float, float]:
    """(messages a second, microseconds of processor for each), in this process."""
    used = time.process_time()
    seconds = asyncio.run(_run(port, messages))
    return messages / seconds, (time.process_time() - used) / messages * 1e6


async def _run(port: int, messages: int) -> float:
    url = URL(f"http://127.0.0.1:{port}/2010-04-01/Accounts/AC{'a' * 32}/Messages.json")
    headers = {
        "Authorization": aiohttp.encode_basic_auth("AC" + "a" * 32, "token"),
        "Content-Type": "application/x-www-form-urlencoded",
    }
    numbers = iter(range(messages))

    async def post(session: aiohttp.ClientSession) -> None:
        for n in numbers:
            form = {
                "To": f"+8613{n:09d}",
                "From": "+14155552345",
                "Body": f"【幸福里】第{n}位居民您好，明天上午停水。",
                "StatusCallback": f"https://linli.example/hooks/sms/status?d={n}",
            }
            async with session.post(url, data=urlencode(form).encode(), headers=headers) as answer:
                await answer.read()

    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=CONNECTIONS)) as session:
        began = time.perf_counter()
        await asyncio.gather(*(post(session) for _ in range(CONNECTIONS)))
        return time.perf_counter() - began

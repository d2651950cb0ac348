"""The limit of P10: the same connections held by a bare asyncio server, which writes what it is told to.

`python -m bench.peers.raw_streams PORT`: `GET /N` stays open; on a connection that begins with `PUSH`, every further line
`N text` is written to N's.
"""

from __future__ import annotations

import asyncio
import sys

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


async def _serve(port: int) -> None:
    held: dict[str, asyncio.StreamWriter] = {}

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        first = (await reader.readline()).decode().split()
        if first[:1] == ["PUSH"]:
            while line := await reader.readline():
                who, _, text = line.decode().rstrip("\n").partition(" ")
                held[who].write(chunk(f"data: {text}\n\n".encode()))
            return
        held[first[1].lstrip("/")] = writer
        writer.write(HEAD + chunk(b"retry: 2000\n\n"))
        await reader.read()

    server = await asyncio.start_server(connected, "127.0.0.1", port, backlog=2048)
    await server.serve_forever()


if __name__ == "__main__":
    from backend.serve import raise_file_limit

    raise_file_limit()
    asyncio.run(_serve(int(sys.argv[1])))

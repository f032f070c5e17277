"""The least that hands events on: each message of Redis written to every socket as it came.

No snapshot, no resume, no limit for the slow. Started with a Redis URL and a node.
"""

import asyncio
import sys

import uvloop
from redis.asyncio import Redis

from queues.live_store import live_key

HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n"


async def serve(url: str, node: str) -> None:
    """Serve until killed."""
    writers: set[asyncio.StreamWriter] = set()

    async def welcome(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(HEAD)
        writers.add(writer)

    server = await asyncio.start_server(welcome, "127.0.0.1", 0, backlog=1024)
    async with Redis.from_url(url) as redis, redis.pubsub() as pubsub:
        await pubsub.subscribe(live_key(node, "changes"))
        print(f"listening {server.sockets[0].getsockname()[1]}", flush=True)
        async for message in pubsub.listen():
            if message["type"] == "message":
                event = b"data: " + message["data"] + b"\n\n"
                for writer in writers:
                    writer.write(event)


if __name__ == "__main__":
    uvloop.run(serve(*sys.argv[1:]))

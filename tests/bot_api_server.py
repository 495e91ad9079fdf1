"""A Bot API server over real HTTP, with chats as reporters see them and a control side for tests.

    python -m tests.bot_api_server --token 123:abc [--port 0]      prints its address, then serves

`/bot<token>/<method>` is the Bot API as core.telegram.org/bots/api tells it; `/control/...` is for tests:
    POST /control/updates       an update without numbers; the answer holds the numbers it was given
    GET  /control/chats/<id>    what is in a chat; with ?after=<shown> it waits until the bot has shown more
    POST /control/chats/<id>    {"blocked": true}: the reporter blocks the bot
    POST /control/failures      {"method": "sendMessage" or "*", "status": 429, "retry_after": 1, "times": 2,
                                 "chat": 7, "description": "..."}; {"drop": true} closes the connection
                                 unanswered, {"lose": true} does the work and then closes it;
                                 {"slow": 2} waits before, {"raw": "<html>"} answers that, and nothing
                                 fails with {"status": 200}
    POST /control/token         {"token": "123:new"}: the token is revoked, and replaced by this one
    GET  /control/journal       the calls so far: method, parameters, status; "in_body" when a webhook asked
    GET  /control/state         updates that wait, and what the bot has set: commands and descriptions
An update may hold "handling", of which webhook_delivery.Handling tells. `/control/bots/<id>/...` is for any
bot of several, the other addresses for the first.
"""

import argparse
import asyncio
import json
from contextlib import suppress
from http import HTTPStatus
from typing import Any, Self
from urllib.parse import parse_qsl, unquote, urlsplit

from tests.bot_api import Answer, BotApi, BotApiError, Failure, refusal
from tests.webhook_delivery import Handling, World


class BotApiServer:
    """The HTTP side; `async with BotApiServer(token) as server` serves on loopback at `server.url`.

    `api` is the first bot, `bots` are all by their ids. What `world` holds decides how webhooks are reached.
    """

    def __init__(self, token: str, port: int = 0) -> None:
        self.world = World()
        self.bots: dict[str, BotApi] = {}
        self.api = self.add(token)
        self._port = port
        self._server: asyncio.Server | None = None
        self._connections: dict[asyncio.StreamWriter, asyncio.Task[None] | None] = {}

    @property
    def url(self) -> str:
        """The address of the server, without a trailing slash."""
        return f"http://127.0.0.1:{self._port}"

    @property
    def api_url(self) -> str:
        """The address to which a client appends the token."""
        return f"{self.url}/bot"

    def add(self, token: str, username: str = "reports_bot") -> BotApi:
        """Bring in another bot."""
        bot = self.bots[token.partition(":")[0]] = BotApi(token, self.world, username)
        return bot

    async def start(self) -> None:
        """Listen, on the same port as before if there was one; what the chats hold is kept."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self._port, backlog=1024)
        self._port = self._server.sockets[0].getsockname()[1]
        for bot in self.bots.values():
            bot.resume()

    async def stop(self) -> None:
        """Stop listening, cut every connection, and bring nothing to any webhook."""
        await asyncio.gather(*(bot.pause() for bot in self.bots.values()))
        if self._server is not None:
            self._server.close()
            tasks = [task for task in self._connections.values() if task is not None]
            for writer, task in list(self._connections.items()):
                writer.transport.abort()
                if task is not None:
                    task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await self._server.wait_closed()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._connections[writer] = asyncio.current_task()
        # A cancelled task would be complained of by asyncio's own callback, so it ends as if done.
        with suppress(asyncio.CancelledError, asyncio.IncompleteReadError, ConnectionError):
            while True:
                answer = await self._answer(*await _read_request(reader))
                if answer is None:
                    break
                writer.write(_response(*answer))
                await writer.drain()
        del self._connections[writer]
        writer.close()

    async def _answer(self, target: str, kind: str, body: bytes) -> Answer | None:
        parts = urlsplit(target)
        values = {**dict(parse_qsl(parts.query)), **_decoded(kind, body)}
        path = unquote(parts.path).strip("/").split("/")
        match path:
            case ["control", "bots", bot, *rest]:
                return 200, await _control(self.bots[bot], rest, values)
            case ["control", *rest]:
                return 200, await _control(self.api, rest, values)
            case [bot, method] if bot.startswith("bot"):
                token = bot.removeprefix("bot")
                named = self.bots.get(token.partition(":")[0], self.api)
                return await named.answer(token, method, values)
        return refusal(BotApiError(404, "Not Found"))


async def _control(bot: BotApi, path: list[str], values: dict[str, Any]) -> dict[str, Any]:
    match path, values:
        case ["updates"], _:
            handling = Handling(**values.pop("handling", {}))
            return await bot.push(values, handling)
        case ["chats", chat], {"blocked": blocked}:
            bot.chat(int(chat)).closed = "bot was blocked by the user" if blocked else ""
        case ["chats", chat], _:
            after = int(values.get("after", -1))
            return await bot.look(int(chat), after, float(values.get("timeout", 5)))
        case ["failures"], _:
            bot.failures.append(Failure(**values))
        case ["token"], {"token": token}:
            await bot.revoke(token)
        case ["journal"], _:
            return {"calls": bot.journal}
        case ["state"], _:
            return {"waiting": bot.waiting, "presented": bot.presented}
    return {}


async def _read_request(reader: asyncio.StreamReader) -> tuple[str, str, bytes]:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    target = head[0].split(" ")[1]
    fields = dict(line.lower().split(": ", 1) for line in head[1:] if ": " in line)
    body = await reader.readexactly(int(fields.get("content-length", "0")))
    return target, fields.get("content-type", ""), body


def _decoded(kind: str, body: bytes) -> dict[str, Any]:
    if not body:
        return {}
    if kind.startswith("application/json"):
        values: dict[str, Any] = json.loads(body)
        return values
    return dict(parse_qsl(body.decode(), keep_blank_values=True))


def _response(status: int, content: dict[str, Any] | str) -> bytes:
    body = content.encode() if isinstance(content, str) else json.dumps(content).encode()
    head = f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\nContent-Type: application/json\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


async def _main() -> None:
    parser = argparse.ArgumentParser(description="A Bot API server for tests.")
    parser.add_argument("--token", required=True)
    parser.add_argument("--port", type=int, default=0)
    asked = parser.parse_args()
    async with BotApiServer(asked.token, asked.port) as server:
        print(server.url, flush=True)  # noqa: T201 - whoever started the process reads it
        await asyncio.Event().wait()


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        asyncio.run(_main())

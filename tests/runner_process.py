"""Runs a runner in a process of its own, beside others on the same data, with an intake that is away.

    python -m tests.runner_process      reads an order, prints "ready", waits for a line, handles the events

An order is JSON: Valkey's `url`, a `folder` for the secrets and the outbox, the intake's private `key`, and
`events`, each an update's number with the text that it says or the button that it taps.
"""

import asyncio
import json
import sys
import time
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from bot.delivery.intake import InMemoryIntake
from bot.exchange import Answer
from bot.sessions.filed_secrets import FiledTalkSecrets
from bot.sessions.valkey import ValkeySessions
from conversations.events import Chose, Said
from tests.runner_host import Host


async def _take(order: dict[str, Any]) -> dict[int, str]:
    """Handle all events at the same time; returns the card of each update."""
    folder, key = Path(order["folder"]), bytes.fromhex(order["key"])
    intake = InMemoryIntake({"k1": key})
    intake.away = True
    secrets = FiledTalkSecrets(folder / "talk_secrets", time.time)
    async with ValkeySessions(SecretStr(order["url"]), secrets, time.time) as sessions:
        host = Host(sessions, folder, intake, key)
        await sessions.probe()
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        sys.stdin.readline()
        answers = await asyncio.gather(*(_happens(host, *event) for event in order["events"]))
    return {update: answer.card.text for (update, *_), answer in zip(order["events"], answers, strict=True)}


async def _happens(host: Host, update: int, said: str | None, tapped: list[Any] | None) -> Answer:
    return await host.happens(update, Chose(*tapped) if tapped else Said(said or ""))


if __name__ == "__main__":
    for line in sys.stdin:
        sys.stdout.write(f"{json.dumps(asyncio.run(_take(json.loads(line))))}\n")
        sys.stdout.flush()

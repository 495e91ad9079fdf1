"""Runs several API processes on one database, kills and restarts them, and has a client of all."""

import asyncio
import random
from collections.abc import AsyncIterator, Mapping
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Self

import httpx

from intake_api.settings import IntakeSettings
from tests.intake_api.served_api import ServedApi, serving


@dataclass
class ApiProcess:
    """An API process that can be killed and restarted."""

    settings: IntakeSettings
    served: ServedApi
    _kept: ExitStack = field(default_factory=ExitStack)

    @classmethod
    async def opened(cls, settings: IntakeSettings) -> Self:
        """Start a process."""
        kept = ExitStack()
        served = await asyncio.to_thread(kept.enter_context, _serving(settings))
        return cls(settings, served, kept)

    async def kill(self) -> None:
        """Kill the process and start another."""
        self.served.process.kill()
        await asyncio.to_thread(self._kept.close)
        self.served = await asyncio.to_thread(self._kept.enter_context, _serving(self.settings))

    async def close(self) -> None:
        """Kill the process."""
        await asyncio.to_thread(self._kept.close)


def _serving(settings: IntakeSettings) -> Any:
    return serving(settings.data_dir, settings.database_url)


@dataclass
class WebhookKeys:
    """Several API processes of one intake, and a client."""

    every: list[ApiProcess]
    client: httpx.AsyncClient
    chance: random.Random
    unanswered: int = 0

    async def ask(
        self, token: str, method: str, path: str, json: Mapping[str, Any] | None = None
    ) -> httpx.Response:
        """Send a request to random processes until one answers; a killed one may have handled it before."""
        while True:
            url = f"{self.chance.choice(self.every).served.url}{path}"
            try:
                answer = await self.client.request(
                    method, url, json=json, headers={"Authorization": f"Bearer {token}"}
                )
            except httpx.TransportError:
                self.unanswered += 1
                await self._pause()
                continue
            if answer.status_code != 503:
                return answer
            await self._pause()

    async def _pause(self) -> None:
        # Many clients that ask at once would leave a process that starts again no time to start.
        await asyncio.sleep(self.chance.uniform(0.1, 0.3))


@asynccontextmanager
async def processes(
    settings: IntakeSettings, number: int, chance: random.Random
) -> AsyncIterator[WebhookKeys]:
    """Start so many processes."""
    every = list(await asyncio.gather(*(ApiProcess.opened(settings) for _ in range(number))))
    try:
        async with httpx.AsyncClient(trust_env=False, timeout=30) as client:
            yield WebhookKeys(every, client, chance)
    finally:
        await asyncio.gather(*(process.close() for process in every))

"""Each minute, the host drops old talks and logs floods by itself."""

import asyncio

from structlog.testing import capture_logs

from bot.assembly import each_minute
from bot.exchange import TalkHandle
from bot.sessions.sealing import TalkSecrets
from bot.sessions.store import SECONDS_OF_SILENCE, MemorySessions
from bot.talks.limits import Alarm


class Expiring(MemorySessions):
    """A store that counts how often it was asked to let go of what is old."""

    expired = 0

    def expire(self) -> None:
        """Count, and let go."""
        self.expired += 1
        super().expire()


async def test_each_minute_old_talks_go_and_a_flood_is_told_of() -> None:
    now = [1_000_000.0]
    sessions = Expiring(TalkSecrets(lambda: now[0]), lambda: now[0])
    await sessions.save(TalkHandle("telegram", "bot", "1"), b"state", None)
    now[0] += SECONDS_OF_SILENCE
    alarm = Alarm(lambda: now[0], most=1)
    alarm.count("ar", "telegram")
    before = sessions.expired
    with capture_logs() as lines:
        looking = asyncio.create_task(each_minute(sessions, alarm))
        await asyncio.sleep(0)
        looking.cancel()
        await asyncio.gather(looking, return_exceptions=True)
    assert sessions.expired == before + 1
    assert [line["event"] for line in lines] == ["many_reports"]

"""A key that is revoked opens nothing, and what its owner held waits again."""

import asyncio

from sqlalchemy import select
from typer.testing import CliRunner, Result

from intake_api.commands.intake import intake
from intake_api.settings import IntakeSettings
from intake_api.store.models import AuditEntry, Item
from tests.intake_api.api_users import CLAIMS, assert_problem, new_user
from tests.intake_api.running_api import a_report, environment, opened


async def _revoke(settings: IntakeSettings, key_id: str) -> Result:
    command = ["key", "revoke", key_id]
    return await asyncio.to_thread(CliRunner().invoke, intake, command, env=environment(settings))


async def test_revoking_a_key_frees_what_its_owner_holds(settings: IntakeSettings) -> None:
    """Each item is in the audit log, and others' claims stay."""
    async with opened(settings) as api:
        gone, other = await new_user(api), await new_user(api)
        await api.take_in(a_report(*(f"https://example.com/{number}" for number in range(3))))
        held = [claim["item_id"] for claim in await gone.claim(2)]
        await other.claim()
        assert (await _revoke(settings, gone.key_id)).exit_code == 0
        assert_problem(await gone.client.get("/v1/queue/claims"), 401, "no-access-key")
        async with api.intake.database.reading() as session:
            claimed = (await session.scalars(select(Item.claimed_by).where(Item.state == "claimed"))).all()
            newest = select(AuditEntry).order_by(AuditEntry.sequence.desc()).limit(3)
            entries = [(entry.what, entry.subject) for entry in await session.scalars(newest)]
            assert await api.intake.audit.first_broken(session) is None
        assert list(claimed) == [other.key_id]
        assert entries[2] == ("key_revoked", gone.key_id)
        assert sorted(entries[:2]) == sorted(("claim_freed", item_id) for item_id in held)
        assert {claim["item_id"] for claim in await other.claim(2)} == set(held)


async def test_nothing_is_held_by_a_key_that_was_revoked_while_its_owner_claimed(
    settings: IntakeSettings,
) -> None:
    """Whichever comes first; and neither waits for the other in a circle."""
    async with opened(settings) as api:
        await api.take_in(a_report(*(f"https://example.com/{number}" for number in range(20))))
        for _ in range(5):
            gone = await new_user(api)
            expired = [claim["claim_id"] for claim in await gone.claim(4)]
            api.clock.move(hours=2)
            revoking = asyncio.create_task(_revoke(settings, gone.key_id))
            while not revoking.done():
                answers = await asyncio.gather(
                    gone.client.post(CLAIMS, json={"count": 2}),
                    *(gone.client.put(f"{CLAIMS}/{claim_id}/lease") for claim_id in expired),
                )
                assert {answer.status_code for answer in answers} <= {200, 401, 409}
            assert (await revoking).exit_code == 0
            assert await api.scalar(select(Item.item_id).where(Item.claimed_by == gone.key_id)) is None


async def test_a_key_that_is_not_in_force_cannot_be_revoked(settings: IntakeSettings) -> None:
    ended = await _revoke(settings, "0" * 12)
    assert ended.exit_code == 1
    assert ended.stderr == "There is no such key in force. See `reportline intake key list`.\n"

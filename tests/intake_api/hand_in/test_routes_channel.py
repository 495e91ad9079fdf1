"""A channel learns which seals are opened, which key it has, and which reports are taken."""

import asyncio

from conversations.wire.sealing import fingerprint, new_private_key, public_half
from intake_api.hand_in.shapes import ChannelAnswer
from intake_api.keys import IntakeKeys, make_key, read_keys
from intake_api.known_keys.access_keys import revoke_key
from intake_api.known_keys.checks import record
from tests.intake_api.api_users import assert_problem
from tests.intake_api.running_api import RunningApi


async def test_a_channel_learns_the_key_in_use_its_own_and_the_shapes(api: RunningApi) -> None:
    own_key = (api.intake.settings.data_dir / "channel.token").read_text().split("-")[1]
    answer = await api.channel.get("/v1/channel")
    assert answer.status_code == 200
    assert answer.json() == {
        "seal_keys": [fingerprint(api.intake.keys.current().public_key().raw)],
        "access_key": own_key,
        "report_shapes": [1],
    }


async def test_a_new_key_is_named_as_soon_as_it_opens_and_first_once_it_is_in_use(api: RunningApi) -> None:
    async def named() -> list[str]:
        told: list[str] = (await api.channel.get("/v1/channel")).json()["seal_keys"]
        return told

    before = await named()
    key_id = make_key(api.intake.settings.folder, "seal")
    made = key_id.partition("-")[2]
    assert await named() == [*before, made]
    async with api.intake.database.writing() as session:
        await record(session, read_keys(api.intake.settings.folder), [f"seal-{key_id}"])
    async with asyncio.timeout(20):
        while await named() != [made, *before]:
            await asyncio.sleep(0.05)


def test_a_key_of_an_earlier_version_is_named_by_its_public_half_too() -> None:
    """Its id is its number alone, and tells no fingerprint."""
    seals = {"k1": new_private_key(), "k2": new_private_key(), "k10": new_private_key()}
    keys = IntakeKeys(seals, vaults={}, indexes={}, receipts=b"", audit=b"")
    told = ChannelAnswer.of(keys, "9c41d0b7a2e6").seal_keys
    expected = [fingerprint(public_half(key_id, seals[key_id]).raw) for key_id in ("k10", "k1", "k2")]
    assert told == expected


async def test_a_revoked_key_is_refused(api: RunningApi) -> None:
    own_key = (await api.channel.get("/v1/channel")).json()["access_key"]
    async with api.intake.database.writing() as session:
        assert await revoke_key(session, api.intake.audit, own_key, api.clock())
    assert_problem(await api.channel.get("/v1/channel"), 401, "no-access-key")


async def test_an_analysts_key_is_no_channels(api: RunningApi) -> None:
    assert_problem(await api.analyst.get("/v1/channel"), 403, "wrong-door")

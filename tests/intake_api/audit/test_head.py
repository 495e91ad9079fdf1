"""The newest head of the audit log stands in a file that only its owner reads, and anybody can verify it."""

import asyncio
import json
import secrets
from pathlib import Path

import pytest
from nacl.exceptions import BadSignatureError
from nacl.signing import VerifyKey
from sqlalchemy import delete, insert, select

from intake_api.audit.head import (
    HEAD_FILE,
    HeadKeeper,
    HeadUnusable,
    head_of,
    keep_head,
    read_head,
    write_head,
)
from intake_api.audit.log import AuditLog, Head
from intake_api.commands.checks import check
from intake_api.roles import Role
from intake_api.store.models import AuditEntry
from reportline.readiness import NotReady
from tests.intake_api.api_users import new_user
from tests.intake_api.running_api import NOON, RunningApi
from tests.intake_api.unguarded import unguard

AUDIT = AuditLog(secrets.token_bytes(32))
HEAD = Head(150, secrets.token_bytes(32))


async def _add(api: RunningApi, *subjects: str) -> Head:
    async with api.intake.database.writing() as session:
        api.intake.audit.add(session, NOON, "somebody", "searched", *subjects)
    async with api.intake.database.reading() as session:
        return await api.intake.audit.newest(session)


def test_a_head_is_read_as_it_was_written_and_by_its_owner_alone(tmp_path: Path) -> None:
    assert read_head(tmp_path, AUDIT) is None
    write_head(tmp_path, AUDIT, HEAD)
    assert read_head(tmp_path, AUDIT) == HEAD
    assert (tmp_path / HEAD_FILE).stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(("old", "new"), [("\n", ""), (" ", ""), ("150:", "x150:")])
def test_a_head_that_is_damaged_is_refused(tmp_path: Path, old: str, new: str) -> None:
    write_head(tmp_path, AUDIT, HEAD)
    file = tmp_path / HEAD_FILE
    file.write_text(file.read_text().replace(old, new, 1))
    with pytest.raises(HeadUnusable, match=r"audit\.head is damaged: ") as refused:
        read_head(tmp_path, AUDIT)
    assert refused.value.state == "damaged"


def test_a_head_that_was_changed_or_is_another_intakes_is_refused(tmp_path: Path) -> None:
    file = tmp_path / HEAD_FILE
    write_head(tmp_path, AuditLog(bytes(32)), HEAD)
    theirs = file.read_text()
    write_head(tmp_path, AUDIT, HEAD)
    for written in (theirs, file.read_text().replace("150:", "149:")):
        file.write_text(written)
        with pytest.raises(HeadUnusable, match=r"is not signed with this intake's audit\.key") as refused:
            read_head(tmp_path, AUDIT)
        assert refused.value.state == "other"


@pytest.mark.parametrize("state", ["damaged", "other"])
async def test_a_head_that_cannot_be_read_is_told_as_what_it_is(
    api: RunningApi, state: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Not as a log that was cut: nobody can tell. The file stays, until an operator has moved it away."""
    file = api.intake.settings.folder / HEAD_FILE
    if state == "other":
        write_head(file.parent, AUDIT, HEAD)
    else:
        file.write_text("damaged")
    before = file.read_text()
    await _add(api, "one")
    for _ in range(2):
        await api.intake.audit_task.tick()
    assert (await api.analyst.get("/readyz")).json()["audit"] == state
    told = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [(line["event"], line["reason"]) for line in told] == [("audit_head_unusable", state)]
    [fault] = [one for one in await asyncio.to_thread(check, api.intake.settings) if not one.fine]
    assert (fault.name, "its end was cut" in fault.advice) == ("audit log", False)
    assert f"{file} is " in fault.advice
    assert file.read_text() == before
    file.unlink()
    await api.intake.audit_task.tick()
    assert (await api.analyst.get("/readyz")).json()["audit"] == "ok"


def test_anybody_verifies_a_head_with_the_public_key_alone() -> None:
    key, signature = VerifyKey(AUDIT.public_key), AUDIT.sign_head(HEAD)
    key.verify(f"reportline-audit-head 150:{HEAD.chain.hex()}".encode(), signature)
    with pytest.raises(BadSignatureError):
        key.verify(f"reportline-audit-head 151:{HEAD.chain.hex()}".encode(), signature)


@pytest.mark.parametrize("written", ["150", "150:abc", ":", "", "-1:" + "0" * 64, "1:" + "0" * 63 + "g"])
def test_what_is_no_head_is_not_read_as_one(written: str) -> None:
    assert head_of(written) is None
    assert head_of(str(HEAD)) == HEAD


async def test_the_newest_head_replaces_the_one_before(api: RunningApi, tmp_path: Path) -> None:
    for _ in range(2):
        newest = await _add(api, "one", "two")
        assert await keep_head(api.intake.database, tmp_path, api.intake.audit) == newest
        assert read_head(tmp_path, api.intake.audit) == newest


@pytest.mark.parametrize("lost", [Head(1000, bytes(32)), Head(1, bytes(32))])
async def test_a_head_that_the_log_does_not_hold_is_kept(api: RunningApi, tmp_path: Path, lost: Head) -> None:
    """Until an operator has moved the file away, who is told so."""
    write_head(tmp_path, api.intake.audit, lost)
    with pytest.raises(NotReady, match=f"does not hold entry {lost.number} as this machine has seen it"):
        await keep_head(api.intake.database, tmp_path, api.intake.audit)
    keeper, states = HeadKeeper(tmp_path, api.intake.audit), []
    await keeper.keep(api.intake.database)
    states.append(keeper.state)
    assert read_head(tmp_path, api.intake.audit) == lost
    (tmp_path / HEAD_FILE).rename(tmp_path / "kept.head")
    await keeper.keep(api.intake.database)
    assert [*states, keeper.state] == ["cut", "ok"]
    assert read_head(tmp_path, api.intake.audit) == await _add(api)


async def test_a_log_that_is_put_back_is_whole_again(api: RunningApi, tmp_path: Path) -> None:
    keeper, states = HeadKeeper(tmp_path, api.intake.audit), []
    await _add(api, "one")
    await keeper.keep(api.intake.database)
    async with api.intake.database.writing() as session:
        newest = select(AuditEntry).order_by(AuditEntry.sequence.desc()).limit(1)
        cut = (await session.scalars(newest)).one()
        put_back = {column.key: getattr(cut, column.key) for column in AuditEntry.__table__.columns}
        await unguard(session)
        await session.execute(delete(AuditEntry).where(AuditEntry.sequence == cut.sequence))
    await keeper.keep(api.intake.database)
    states.append(keeper.state)
    async with api.intake.database.writing() as session:
        await session.execute(insert(AuditEntry), [put_back])
    await keeper.keep(api.intake.database)
    assert [*states, keeper.state] == ["cut", "ok"]


async def test_a_running_process_writes_the_file_only_for_a_new_head(api: RunningApi, tmp_path: Path) -> None:
    """The file's time would tell when it was last looked at."""
    keeper, file = HeadKeeper(tmp_path, api.intake.audit), tmp_path / HEAD_FILE
    await keeper.keep(api.intake.database)
    written = file.stat()
    await keeper.keep(api.intake.database)
    assert (file.stat().st_ino, file.stat().st_mtime_ns) == (written.st_ino, written.st_mtime_ns)
    newest = await _add(api, "one")
    await keeper.keep(api.intake.database)
    assert read_head(tmp_path, api.intake.audit) == newest


async def test_a_running_process_reads_the_file_also_without_a_new_entry(
    api: RunningApi, tmp_path: Path
) -> None:
    """So the operator learns within a minute of a file that was damaged, and gets one that was lost anew."""
    keeper, file, states = HeadKeeper(tmp_path, api.intake.audit), tmp_path / HEAD_FILE, []
    await keeper.keep(api.intake.database)
    file.write_text("damaged")
    await keeper.keep(api.intake.database)
    states.append(keeper.state)
    file.unlink()
    await keeper.keep(api.intake.database)
    assert [*states, keeper.state] == ["damaged", "ok"]
    assert read_head(tmp_path, api.intake.audit) is not None


async def test_an_auditor_reads_the_head_and_nobody_else_does(api: RunningApi) -> None:
    auditor = await new_user(api, Role.AUDITOR)
    newest = await _add(api, "one")
    head = (await auditor.client.get("/v1/audit/head")).json()
    assert f"{head['number']}:{head['chain']}" == str(newest)
    signed = f"reportline-audit-head {newest}".encode()
    VerifyKey(bytes.fromhex(head["public_key"])).verify(signed, bytes.fromhex(head["signature"]))
    assert (await api.analyst.get("/v1/audit/head")).status_code == 403

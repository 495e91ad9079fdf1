"""`reportline outbox` counts the waiting reports, or sends them now, beside a bot or without one."""

import os
from pathlib import Path

import pytest

from bot.delivery.outbox import Outbox, set_aside_folder
from tests import forked
from tests.bot.delivery.test_outbox_shared import (
    COURIER,
    REFUSED,
    SEALED,
    TOO_NEW,
    StandIn,
    intake,
    put,
    running,
)
from tests.system import SECONDS_TO_START

__all__ = ["intake"]
HOUR = 3600 * 10**9


class Host:
    """A bot host's folder, and what an operator types there."""

    def __init__(self, folder: Path, intake: StandIn) -> None:
        self.outbox_folder = folder / "bot" / "outbox"
        self.outbox = Outbox(self.outbox_folder, kept_free=0)
        token = folder / "bot" / "channel.token"
        token.write_text("a-channel-token\n")
        token.chmod(0o600)
        self._environment = {
            "PATH": os.environ["PATH"],
            "REPORTLINE_DATA_DIR": str(folder),
            "REPORTLINE_INTAKE_URL": intake.url,
            "REPORTLINE_OUTBOX_MAXIMUM": "50",
        }

    def types(self, *words: str, status: int) -> str:
        """Run `reportline outbox ...`, which must end so; gives what it says."""
        done = forked.run("outbox", *words, env=self._environment, timeout=SECONDS_TO_START)
        assert done.returncode == status, done.stdout + done.stderr
        assert "Traceback" not in done.stderr
        return done.stdout + done.stderr


@pytest.fixture
def host(tmp_path: Path, intake: StandIn) -> Host:
    """Give a bot host with an empty outbox."""
    return Host(tmp_path, intake)


def test_status_tells_what_waits_and_changes_nothing(host: Host) -> None:
    drafts = put(host.outbox, SEALED, 3)
    host.outbox.set_aside(host.outbox.waiting()[0])
    (host.outbox_folder / "x.partial").touch(mode=0o600)
    paths = [host.outbox_folder, *host.outbox_folder.rglob("*")]
    for path in paths:
        os.utime(path, ns=(HOUR, HOUR))
    said = host.types("status", status=0)
    told = [path.stat() for path in paths]
    assert [moment for one in told for moment in (one.st_atime_ns, one.st_mtime_ns) if moment % HOUR] == []
    assert [host.outbox_folder, *host.outbox_folder.rglob("*")] == paths
    assert "waiting for the intake: 2\nset aside: 1\n" in said
    assert "room for more: 47 of 50" in said
    assert "MiB, of which reports leave 16 MiB" in said
    assert ":00 UTC" in said
    assert not any(draft in said for draft in drafts)


def test_flush_sends_all_and_says_so(host: Host, intake: StandIn) -> None:
    drafts = put(host.outbox, SEALED, 20)
    assert "Delivered: 20. Nothing is left." in host.types("flush", status=0)
    assert intake.taken.keys() == drafts


def test_flush_beside_a_bot(host: Host, intake: StandIn, tmp_path: Path) -> None:
    """While another process delivers too, nothing is left and nothing goes wrong."""
    drafts = put(host.outbox, SEALED, 40)
    with running(COURIER, tmp_path / "courier.log", str(host.outbox_folder), intake.url):
        said = host.types("flush", status=0)
    assert "Nothing is left." in said
    assert intake.taken.keys() == drafts
    assert not (tmp_path / "courier.log").read_text()


def test_flush_says_why_something_is_left(host: Host, intake: StandIn) -> None:
    """With the intake away all waits; what it refuses is set aside, and tried again when asked to."""
    drafts = put(host.outbox, SEALED, 5)
    intake.is_up = False
    said = host.types("flush", status=1)
    assert "Delivered: 0. Left: 5 waiting." in said
    assert "The intake does not take reports now." in said
    intake.is_up = True
    drafts |= put(host.outbox, REFUSED, 1)
    said = host.types("flush", status=1)
    assert "Delivered: 5. Left: 0 waiting, and 1 set aside" in said
    assert "once the cause is mended, add --set-aside" in said
    said = host.types("flush", "--set-aside", status=1)
    assert "and 1 set aside: once the cause is mended, run this again" in said
    (refused,) = set_aside_folder(host.outbox_folder).iterdir()
    refused.write_text(SEALED.model_dump_json())
    assert "Delivered: 1. Nothing is left." in host.types("flush", "--set-aside", status=0)
    assert intake.taken.keys() == drafts


def test_flush_leaves_what_the_intake_is_too_old_for_and_says_so(host: Host, intake: StandIn) -> None:
    drafts = put(host.outbox, SEALED, 2)
    put(host.outbox, TOO_NEW, 1)
    said = host.types("flush", status=1)
    assert "Delivered: 2. Left: 1 waiting." in said
    assert "The intake is older than this bot" in said
    assert intake.taken.keys() == drafts


def test_no_outbox_yet(host: Host) -> None:
    """Where there is none, none is made: it would belong to whoever typed the command."""
    set_aside_folder(host.outbox_folder).rmdir()
    host.outbox_folder.rmdir()
    assert "waiting for the intake: 0" in host.types("status", status=0)
    assert "Nothing is left." in host.types("flush", status=0)
    assert not host.outbox_folder.exists()


def test_a_host_that_is_not_ready_is_told_what_to_do(host: Host, tmp_path: Path) -> None:
    """Without the channel's key, or with a file where the folder should be, one sentence says so."""
    host.outbox_folder.joinpath("set_aside").rmdir()
    host.outbox_folder.joinpath("set_aside").touch()
    assert f"The system says of {host.outbox_folder / 'set_aside'}: File exists." in host.types(
        "flush", status=1
    )
    (tmp_path / "bot" / "channel.token").unlink()
    assert "channel.token is missing" in host.types("flush", status=1)

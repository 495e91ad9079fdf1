"""The reports that wait cannot be read with all keys and files of the bot host."""

from base64 import b64decode
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from bot.delivery.outbox import Outbox
from conversations.wire.report import SealedReport
from conversations.wire.sealing import IntakePublicKey, NotOpened, new_private_key, public_half, seal, unseal
from tests.intake_api.running_api import a_report

LINK = "https://forum.example/thread/4711"
KEY_BYTES = 32


def _could_be_keys(folder: Path) -> Iterator[bytes]:
    """Give every 32 bytes that stand anywhere in the folder's files: as they are, as hex, as base 64."""
    for path in (path for path in folder.rglob("*") if path.is_file()):
        content = path.read_bytes()
        for at in range(len(content)):
            yield content[at : at + KEY_BYTES]
            with suppress(ValueError):
                yield bytes.fromhex(content[at : at + 2 * KEY_BYTES].decode())
            with suppress(ValueError):
                yield b64decode(content[at : at + 44], validate=True)


def _is_opened(sealed: SealedReport, folder: Path) -> bool:
    for key in {key for key in _could_be_keys(folder) if len(key) == KEY_BYTES}:
        with suppress(NotOpened):
            unseal(sealed, {sealed.key_id: key})
            return True
    return False


def _host(folder: Path, key: IntakePublicKey) -> SealedReport:
    """Furnish a bot host as it is at work, with a report that waits; gives what waits."""
    report = a_report(LINK)
    outbox = Outbox(folder / "outbox")
    outbox.put(report.draft_id, 1, seal(report, key))
    (folder / "intake_public.key").write_text(f"{key.key_id}:{key.raw.hex()}\n")
    (folder / "channel.token").write_text("rl_channel_0123456789abcdef0123456789abcdef\n")
    (folder / "talk_secrets").write_bytes(new_private_key() + new_private_key())
    (waiting,) = outbox.waiting()
    sealed = outbox.read(waiting)
    assert sealed
    return sealed


def test_the_host_cannot_read_a_report_back(tmp_path: Path) -> None:
    """Every 32 bytes of every file were tried as the key; with the intake's own among them, it opens."""
    private = new_private_key()
    sealed = _host(tmp_path, public_half("k1", private))
    assert not _is_opened(sealed, tmp_path)
    assert not any(b"forum.example" in path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    (tmp_path / "intake_private.key").write_text(f"k1:{private.hex()}\n")
    assert _is_opened(sealed, tmp_path)

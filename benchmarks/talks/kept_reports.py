"""The least that a report costs which survives a crash: it is sealed, written, synced and renamed."""

import os
import secrets
import time
from datetime import UTC, datetime
from pathlib import Path

from conversations.wire.report import RECEIPT_BYTES, Report, ReportedAddress, write_receipt
from conversations.wire.sealing import new_private_key, public_half, seal

_REPORTS = 100


async def keep_reports(folder: Path) -> float:
    """Seal reports, and keep each as a file in a folder; gives how many a CPU second takes."""
    key, reports = public_half("k1", new_private_key()), [_report() for _ in range(_REPORTS)]
    begun = time.process_time()
    for report in reports:
        _keep(folder, report.draft_id, seal(report, key).model_dump_json().encode())
    return _REPORTS / (time.process_time() - begun)


def _keep(folder: Path, name: str, content: bytes) -> None:
    written = folder / f"{name}.partial"
    with written.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    written.replace(folder / name)
    descriptor = os.open(folder, os.O_RDONLY)
    os.fsync(descriptor)
    os.close(descriptor)


def _report() -> Report:
    return Report(
        draft_id=secrets.token_hex(16),
        revision=1,
        receipt=write_receipt(secrets.token_bytes(RECEIPT_BYTES)),
        portal="international",
        channel="telegram",
        language="en",
        hour=datetime(2026, 1, 1, tzinfo=UTC),
        advice_version=1,
        addresses=(ReportedAddress(given="https://forum.example/thread/4711?page=3#post-815"),),
    )

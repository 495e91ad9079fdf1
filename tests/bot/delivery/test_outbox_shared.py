"""Several processes share one outbox: every report arrives if one of them dies, and none blocks another."""

import json
import os
import secrets
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from bot.delivery.outbox import Entry, Outbox
from conversations.wire.report import SealedReport
from tests.system import ROOT

SEALED = SealedReport(key_id="k1", sealed="QUJD" * 500)
REFUSED = SealedReport(key_id="k9", sealed="QUJD" * 500)
TOO_NEW = SealedReport(key_id="k8", sealed="QUJD" * 500)
SECONDS = 60

COURIER = """
import asyncio, sys
from pathlib import Path
from bot.delivery.courier import Courier
from bot.delivery.intake import HttpIntake
from bot.delivery.outbox import Outbox

async def deliver():
    outbox, intake = Outbox(Path(sys.argv[1])), HttpIntake(sys.argv[2], "token")
    await Courier(outbox, intake, rest=lambda failures: 0.05).run()

asyncio.run(deliver())
"""
PUTTER = """
import secrets, sys, time
from pathlib import Path
from bot.delivery.outbox import Outbox
from conversations.wire.report import SealedReport

outbox = Outbox(Path(sys.argv[1]))
while True:
    draft = secrets.token_hex(16)
    outbox.put(draft, 1, SealedReport(key_id="k1", sealed="QUJD" * 500))
    print(draft, flush=True)
    time.sleep(0.005)
"""


class StandIn(ThreadingHTTPServer):
    """An intake that counts what it takes, refuses one key for good, and one as too new, while it `is_up`."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Taking)
        self.taken: Counter[str] = Counter()
        self.is_up = True

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.server_port}"


class _Taking(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: StandIn

    def do_PUT(self) -> None:
        """Take a report, or refuse it."""
        sealed = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if not self.server.is_up:
            self._answer(503)
        elif sealed["key_id"] == REFUSED.key_id:
            self._answer(422, b'{"type": "urn:problem-type:reportline:seal-not-opened"}')
        elif sealed["key_id"] == TOO_NEW.key_id:
            self._answer(422, b'{"type": "urn:problem-type:reportline:unknown-shape"}')
        else:
            self.server.taken[self.path.rpartition("/")[2]] += 1
            self._answer(202, b'{"receipt": "0000-0000-0000-0000-0", "status": "received"}')

    def _answer(self, status: int, body: bytes = b"") -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/problem+json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def intake() -> Iterator[StandIn]:
    """Run an intake."""
    with StandIn() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@contextmanager
def running(script: str, log: Path, *arguments: str) -> Iterator["subprocess.Popen[bytes]"]:
    """Run a script in a process of its own, which is killed at the end."""
    with log.open("ab") as written, log.with_suffix(".out").open("ab") as said:
        process = subprocess.Popen(
            [sys.executable, "-c", script, *arguments], cwd=ROOT, stdout=said, stderr=written
        )
        try:
            yield process
        finally:
            process.kill()
            process.wait()


def _until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SECONDS
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def put(outbox: Outbox, sealed: SealedReport, times: int) -> set[str]:
    """Put so many reports; gives their draft ids."""
    drafts = {secrets.token_hex(16) for _ in range(times)}
    for draft in drafts:
        outbox.put(draft, 1, sealed)
    return drafts


def test_whoever_is_killed_the_others_deliver_all(tmp_path: Path, intake: StandIn) -> None:
    """Three couriers and one who puts, two of them killed: all arrives, and what is bad is set aside."""
    folder = tmp_path / "outbox"
    outbox = Outbox(folder)
    good, refused, spoilt = (
        put(outbox, sealed, number) for sealed, number in ((SEALED, 400), (REFUSED, 12), (SEALED, 12))
    )
    for draft in spoilt:
        (folder / Entry(draft, 1).file_name).write_bytes(b"\0" * 100)
    logs = [tmp_path / f"{name}.log" for name in ("putter", "a", "b", "c")]
    with ExitStack() as stack:
        putter = stack.enter_context(running(PUTTER, logs[0], str(folder)))
        couriers = [stack.enter_context(running(COURIER, log, str(folder), intake.url)) for log in logs[1:]]
        _until(lambda: len(intake.taken) > 100)
        os.kill(couriers[0].pid, signal.SIGKILL)
        _until(lambda: len(intake.taken) > 200)
        os.kill(putter.pid, signal.SIGKILL)
        putter.wait()
        _until(lambda: not [path for path in folder.iterdir() if path.is_file()])
        assert [courier.poll() for courier in couriers[1:]] == [None, None]
    told = logs[0].with_suffix(".out").read_text().splitlines()
    assert len(told) > 10
    assert intake.taken.keys() >= good | {*told}
    assert {entry.draft_id for entry in outbox.aside()} == refused | spoilt
    events = Counter(json.loads(line)["event"] for log in logs for line in log.read_text().splitlines())
    # One may have been killed between setting aside and telling it.
    assert 22 <= events.pop("report_refused_by_intake") + events.pop("entry_set_aside") <= 24
    assert not events, "no courier stumbled over what another took away"


def test_couriers_share_the_work_of_a_recovering_intake(tmp_path: Path, intake: StandIn) -> None:
    """When it is back, what waited comes about once, not once from each of them."""
    outbox = Outbox(tmp_path / "outbox")
    intake.is_up = False
    good = put(outbox, SEALED, 300)
    logs = [tmp_path / f"{name}.log" for name in "abc"]
    with ExitStack() as stack:
        for log in logs:
            stack.enter_context(running(COURIER, log, str(tmp_path / "outbox"), intake.url))
        _until(lambda: all(log.read_text() for log in logs))
        intake.is_up = True
        _until(lambda: not outbox.waiting())
    assert intake.taken.keys() == good
    assert intake.taken.total() < 1.2 * len(good)

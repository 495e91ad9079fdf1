"""No two processes of tests give the same port, and none gives one that is in use."""

import socket
import subprocess
import sys

from tests.ports import next_port
from tests.system import ROOT

MANY = 500
GIVE = f"from tests.ports import next_port\nprint(*(next_port() for _ in range({MANY})))\ninput()"


def test_each_process_has_ports_of_its_own() -> None:
    """So too once it has given all of its range."""
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", GIVE], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        for _ in range(3)
    ]
    given = [set(process.stdout.readline().split()) for process in processes if process.stdout]
    for process in processes:
        process.communicate(b"\n")
        assert process.returncode == 0
    assert len(set.union(*given)) == sum(map(len, given))


def test_a_port_in_use_is_not_given_again() -> None:
    with socket.create_server(("127.0.0.1", next_port())) as taken:
        assert taken.getsockname()[1] not in {next_port() for _ in range(MANY)}

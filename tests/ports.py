"""Gives ports to servers that must know theirs before they start; each test process has its own range.

Servers that can bind port 0 do so instead, and say where they listen.
"""

import itertools
import socket
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from typing import Final

# Below those that the system hands out for port 0, so that no other socket of ours takes one.
_FIRSTS: Final = range(20_000, 32_000, 400)


def next_port() -> int:
    """Give a port of this process's range on which nothing listens; one given earlier comes last."""
    _, ports = _range()
    for port in ports:
        with suppress(OSError):
            # A server may listen where connections have just ended, so whoever looks may too.
            socket.create_server(("127.0.0.1", port)).close()
            break
    return port


@cache
def _range() -> tuple[socket.socket, Iterator[int]]:
    """Take the first range that is nobody's; it is ours while this process holds its first port."""
    for first in _FIRSTS:
        with suppress(OSError):
            holder = socket.create_server(("127.0.0.1", first))
            return holder, itertools.cycle(range(first + 1, first + _FIRSTS.step))
    raise RuntimeError("other processes hold every range of ports")

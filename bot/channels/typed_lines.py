"""Reads a typed line, on every channel: a start link, a command or words; a link is always words."""

import re

from conversations.events import Command, Commanded, Event, Opened, Said

_COMMAND = re.compile(r"/([a-z]{1,32})(?:@\w+)?(?:\s+(.+))?", re.ASCII | re.IGNORECASE | re.DOTALL)
_START = re.compile(r"[A-Za-z0-9_-]{1,64}")


def event_of(text: str) -> Event:
    """Read a typed text: `/start payload` opens a talk, a known command is a command, all else is words."""
    match = _COMMAND.fullmatch(text.strip())
    name, rest = (match[1].lower(), match[2] or "") if match else ("", "")
    # A link counts at any moment, also behind a command.
    if name not in set(Command) or "." in rest or ":" in rest:
        return Said(text)
    if name != Command.START:
        return Commanded(Command(name), rest)
    if len(rest.split()) > 1:
        return Said(rest)
    return Opened(rest if _START.fullmatch(rest) else "")

"""Tells by the audit log which keys the database must know, so that no row takes one away or makes one up."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from intake_api.audit.log import OPERATOR, AuditLog
from intake_api.clock import utc_now
from intake_api.store.models import AuditEntry

# Tied: of a set-up, or of an earlier version; in use from then on.
TIED: Final = "key_tied"
MADE: Final = "key_made"
USED: Final = "key_in_use"
DROPPED: Final = "key_dropped"


@dataclass(frozen=True, slots=True)
class KeysTold:
    """The names of the keys that the database must know, and of those that were dropped before their use."""

    known: frozenset[str]
    dropped: frozenset[str]


async def keys_told(session: AsyncSession) -> KeysTold:
    """Return what the log tells; nothing in a database of an earlier version, until its upgrade."""
    entries = select(AuditEntry.subject, AuditEntry.what).where(AuditEntry.what.in_((TIED, MADE, DROPPED)))
    rows = await session.execute(entries.order_by(AuditEntry.sequence))
    last = {row.subject: row.what for row in rows}
    dropped = frozenset(name for name, what in last.items() if what == DROPPED)
    return KeysTold(frozenset(last) - dropped, dropped)


def tell(session: AsyncSession, audit: AuditLog, what: str, names: Iterable[str]) -> None:
    """Add to the log what happened to these keys."""
    audit.add(session, utc_now(), OPERATOR, what, *names)


def check_gone(name: str) -> str:
    """Say that a check value is gone which the log tells was there, and what to do."""
    return (
        f"The check value of {name} is gone from the database, and the audit log tells that it was there: "
        "somebody wrote to it. Leave the keys as they are, and put your backup back."
    )


def unlike(told: KeysTold, known: Collection[str]) -> list[str]:
    """Return in what the keys that the database knows are not those of which the log tells."""
    if not told.known:
        return []
    return [
        *map(check_gone, sorted(told.known - set(known))),
        *(
            "The database names a key of which the audit log does not tell: somebody wrote to it. Leave the "
            f"keys as they are, and put your backup back. It is called {name}."
            for name in sorted(set(known) - told.known)
        ),
    ]

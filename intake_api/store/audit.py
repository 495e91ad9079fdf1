"""The log of who read an address and who decided; entries are only added, each chained to the one before.

The chain is keyed, so it cannot be forged with write access to the database alone. That its last entries were
deleted shows only if a copy of the last entry is kept elsewhere.
"""

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from intake_api.store.database import advisory_lock
from intake_api.store.models import AuditEntry

OPERATOR = "operator"
_BEGINNING = bytes(32)
_AUDIT = 1  # the number of its advisory lock


class AuditLog:
    """The audit log, with its key of 32 bytes."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._row_key = hashlib.blake2b(b"rows", key=key, person=b"derived", digest_size=32).digest()

    def sign_row(self, told: Sequence[str | None]) -> bytes:
        """Return the keyed hash of a row's values, 32 bytes, under a key derived from the log's own."""
        return hashlib.blake2b(json.dumps(told).encode(), key=self._row_key, digest_size=32).digest()

    async def add(self, session: AsyncSession, at: datetime, who: str, what: str, *subjects: str) -> None:
        """Add an entry for each subject in the caller's transaction: no act is committed without its entry.

        `who` is the id of an access key or OPERATOR; a subject is the id of an item or of an access key.
        """
        if not subjects:
            # No lock is taken: asking an empty queue again and again must not delay other analysts.
            return
        await advisory_lock(session, _AUDIT)
        newest = select(AuditEntry).order_by(AuditEntry.sequence.desc()).limit(1)
        last = (await session.scalars(newest)).one_or_none()
        sequence, chain = (0, _BEGINNING) if last is None else (last.sequence, last.chain)
        for number, subject in enumerate(subjects, start=sequence + 1):
            entry = AuditEntry(sequence=number, at=at, who=who, what=what, subject=subject)
            chain = entry.chain = self._chained(chain, entry)
            session.add(entry)
        await session.flush()

    async def begins(self, session: AsyncSession) -> bool:
        """Tell whether the first entry is chained with this key; an empty log begins with any."""
        first = (
            await session.scalars(select(AuditEntry).order_by(AuditEntry.sequence).limit(1))
        ).one_or_none()
        return first is None or first.chain == self._chained(_BEGINNING, first)

    async def first_broken(self, session: AsyncSession) -> int | None:
        """Return the number of the first entry that was changed, removed or inserted, or None."""
        chain, expected = _BEGINNING, 1
        entries = await session.stream_scalars(select(AuditEntry).order_by(AuditEntry.sequence))
        async for entry in entries:
            if entry.sequence != expected or entry.chain != self._chained(chain, entry):
                return expected
            chain, expected = entry.chain, expected + 1
        return None

    def _chained(self, chain: bytes, entry: AuditEntry) -> bytes:
        told = [entry.at.isoformat(), entry.who, entry.what, entry.subject]
        content = chain + json.dumps(told).encode()
        return hashlib.blake2b(content, key=self._key, person=b"audit", digest_size=32).digest()

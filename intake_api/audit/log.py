"""The log of who read an address and who decided; entries are only added, each chained to the one before.

The chain is keyed, so it cannot be forged with write access to the database alone. That its last entries were
deleted shows against the head that is kept outside the database (see `audit_head`).
"""

import hashlib
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple

from nacl.signing import SigningKey
from sqlalchemy import Row, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from intake_api.store.database import advisory_lock, do_last
from intake_api.store.models import AuditEntry
from intake_api.store.read_json import read_json

OPERATOR: Final = "operator"
INTAKE: Final = "intake"
WENT_INTO_ANOTHER: Final = "went_into_another"
TOOK_ANOTHER_IN: Final = "took_another_in"
_BEGINNING: Final = bytes(32)
CHAIN: Final = 1  # the number of its advisory lock
_PAGE: Final = 500
Content = Mapping[str, str]


class Head(NamedTuple):
    """The number of an entry and its chain, 32 bytes; entry 0 is before the first one."""

    number: int
    chain: bytes

    def __str__(self) -> str:
        """Return it as people note it down."""
        return f"{self.number}:{self.chain.hex()}"


@dataclass(frozen=True, slots=True)
class Noted:
    """What an entry says; `content` is what it binds beyond its other columns, as JSON."""

    at: datetime
    who: str
    what: str
    subject: str
    assessment_id: str | None = None
    content: str | None = None

    def told(self) -> list[str | None]:
        """Return what is chained; of an entry without content it is what earlier versions chained."""
        told: list[str | None] = [self.at.isoformat(), self.who, self.what, self.subject]
        return [*told, self.assessment_id, self.content] if self._binds else told

    def values(self) -> dict[str, Any]:
        """Return the columns that are filled: an earlier version's table lacks the others."""
        told = {"at": self.at, "who": self.who, "what": self.what, "subject": self.subject}
        bound = {"assessment_id": self.assessment_id, "content": self.content}
        return told | bound if self._binds else told

    def bound(self) -> Content:
        """Return what the entry binds: nothing, where somebody has spoilt it."""
        try:
            bound: Content = read_json(self.content) if self.content else {}
        except ValueError:
            return {}
        return bound

    @property
    def _binds(self) -> bool:
        return self.assessment_id is not None or self.content is not None


class AuditLog:
    """The audit log, with its key of 32 bytes."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._row_key = hashlib.blake2b(b"rows", key=key, person=b"derived", digest_size=32).digest()
        self._text_key = hashlib.blake2b(b"texts", key=key, person=b"derived", digest_size=32).digest()
        seed = hashlib.blake2b(b"head", key=key, person=b"signing", digest_size=32).digest()
        self._signing = SigningKey(seed)

    @property
    def public_key(self) -> bytes:
        """Return the Ed25519 key, 32 bytes, that verifies the signature of a head."""
        return bytes(self._signing.verify_key)

    def sign_head(self, head: Head) -> bytes:
        """Return the Ed25519 signature, 64 bytes, of "reportline-audit-head NUMBER:CHAIN" in ASCII."""
        return self._signing.sign(f"reportline-audit-head {head}".encode()).signature

    def sign_row(self, told: Sequence[Any]) -> bytes:
        """Return the keyed hash of values that JSON can hold, 32 bytes, under a key that the log's yields."""
        content = json.dumps(told, sort_keys=True).encode()
        return hashlib.blake2b(content, key=self._row_key, digest_size=32).digest()

    def sign_text(self, place: Sequence[str], text: str) -> bytes:
        """Return the keyed hash of a sealed field's plain text, 32 bytes: it outlasts the key of the seal."""
        told = json.dumps([*place, text]).encode()
        return hashlib.blake2b(told, key=self._text_key, digest_size=32).digest()

    def add(  # noqa: PLR0913 - an entry has as many parts
        self,
        session: AsyncSession,
        at: datetime,
        who: str,
        what: str,
        *subjects: str,
        assessment_id: str | None = None,
        content: Content | None = None,
    ) -> None:
        """Add an entry for each subject in the caller's transaction: no act is committed without its entry.

        `who` is the id of an access key, OPERATOR or INTAKE; a subject is mostly the id of an item or a key.
        Entries are written last, right before the commit: others who add wait for the chain's lock meanwhile.
        """
        if not subjects:
            # No lock is taken: asking an empty queue again and again must not delay other analysts.
            return
        collected: list[Noted] | None = session.info.get(self)
        if collected is None:
            collected = session.info[self] = []
            do_last(session, self._write)
        bound = None if content is None else json.dumps(content, sort_keys=True)
        collected.extend(Noted(at, who, what, subject, assessment_id, bound) for subject in subjects)

    async def newest(self, session: AsyncSession) -> Head:
        """Return the head of the log."""
        newest = select(AuditEntry.sequence, AuditEntry.chain).order_by(AuditEntry.sequence.desc()).limit(1)
        last = (await session.execute(newest)).one_or_none()
        return Head(0, _BEGINNING) if last is None else Head(*last)

    async def holds(self, session: AsyncSession, head: Head) -> bool:
        """Tell whether the log has the entry of a head, and the same chain there."""
        at = select(AuditEntry.chain).where(AuditEntry.sequence == head.number)
        return head.chain == (await session.scalar(at) if head.number else _BEGINNING)

    async def begins(self, session: AsyncSession) -> bool:
        """Tell whether the first entry is chained with this key; an empty log begins with any."""
        first = (await session.execute(_ENTRIES.limit(1))).one_or_none()
        return first is None or first.chain == self._chained(_BEGINNING, _noted(first))

    async def follow(self, session: AsyncSession) -> AsyncIterator[tuple[Head, Noted | None]]:
        """Yield the head after each entry with what it says, or None for the first that was tampered with.

        That one was changed or inserted, or one before it was removed; what follows cannot be believed.
        """
        head = Head(0, _BEGINNING)
        found = await session.stream(_ENTRIES.execution_options(yield_per=_PAGE))
        async for page in found.partitions():
            for entry in page:
                noted = _noted(entry)
                expected = Head(head.number + 1, self._chained(head.chain, noted))
                head = Head(expected.number, entry.chain)
                if (entry.sequence, entry.chain) != expected:
                    yield head, None
                    return
                yield head, noted

    async def first_broken(self, session: AsyncSession) -> int | None:
        """Return the number of the first entry that was changed, removed or inserted, or None."""
        broken = None
        async for head, noted in self.follow(session):
            broken = head.number if noted is None else None
        return broken

    async def _write(self, session: AsyncSession) -> None:
        collected: list[Noted] = session.info.pop(self)
        # What the transaction itself changes is written before the lock is taken.
        await session.flush()
        await advisory_lock(session, CHAIN)
        head = await self.newest(session)
        rows = []
        for noted in collected:
            head = Head(head.number + 1, self._chained(head.chain, noted))
            rows.append(noted.values() | {"sequence": head.number, "chain": head.chain})
        columns = set().union(*rows)
        await session.execute(insert(AuditEntry), [dict.fromkeys(columns) | row for row in rows])

    def _chained(self, chain: bytes, noted: Noted) -> bytes:
        content = chain + json.dumps(noted.told()).encode()
        return hashlib.blake2b(content, key=self._key, person=b"audit", digest_size=32).digest()


_ENTRIES: Final = select(
    AuditEntry.sequence,
    AuditEntry.at,
    AuditEntry.who,
    AuditEntry.what,
    AuditEntry.subject,
    AuditEntry.assessment_id,
    AuditEntry.content,
    AuditEntry.chain,
).order_by(AuditEntry.sequence)


def _noted(entry: Row[*tuple[Any, ...]]) -> Noted:
    return Noted(entry.at, entry.who, entry.what, entry.subject, entry.assessment_id, entry.content)

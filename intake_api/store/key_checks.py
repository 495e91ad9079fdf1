"""Ties the keys to the database: each key has a check value there, so that no other key is taken for it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import blake2b
from hmac import compare_digest

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from intake_api.clock import utc_now
from intake_api.keys import PURPOSES, IntakeKeys, newest, number_of
from intake_api.store.audit import OPERATOR, AuditLog
from intake_api.store.database import upsert
from intake_api.store.models import KeyCheck
from reportline.readiness import NotReady

_CHECK_BYTES = 32


def check_of(key: bytes) -> bytes:
    """Return a key's check value, 32 bytes, which tells nothing of the key."""
    return blake2b(b"reportline", key=key, person=b"check", digest_size=_CHECK_BYTES).digest()


async def record(session: AsyncSession, keys: IntakeKeys, names: Iterable[str]) -> None:
    """Write the check values of these keys, given by name, unless they are there."""
    for name in names:
        row = {"name": name, "value": check_of(keys.by_name()[name])}
        await session.execute(upsert(session, KeyCheck).values(row).on_conflict_do_nothing())


async def known_checks(session: AsyncSession) -> Mapping[str, bytes]:
    """Return all check values, by the names of the keys."""
    return {row.name: row.value for row in await session.scalars(select(KeyCheck))}


async def require_keys(session: AsyncSession, keys: IntakeKeys) -> None:
    """Raise NotReady unless the keys are those of this database, with the newest of each kind."""
    known = await known_checks(session)
    if not known:
        raise NotReady(
            "The database does not know its keys yet. Make a backup, then run `reportline intake upgrade`."
        )
    for fault in (*_others(known, keys), *_missing(known, keys), *_unknown(known, keys)):
        raise NotReady(fault)


async def record_made(session: AsyncSession, keys: IntakeKeys, names: Sequence[str]) -> None:
    """Give the database the check values of keys that a command has made; the audit log tells of each."""
    await record(session, keys, names)
    AuditLog(keys.audit).add(session, utc_now(), OPERATOR, "key_made", *names)


def later_than_known(known: Iterable[str], keys: IntakeKeys, purpose: str) -> list[str]:
    """Return the names of keys that are newer than any that the database knows: a rotation was cut off."""
    ids = [name.removeprefix(f"{purpose}-") for name in known if name.startswith(f"{purpose}-")]
    latest = max(map(number_of, ids), default=0)
    held = (name for name in keys.by_name() if name.startswith(f"{purpose}-"))
    return [name for name in held if number_of(name.removeprefix(f"{purpose}-")) > latest]


def has_others(known: Mapping[str, bytes], keys: IntakeKeys) -> bool:
    """Tell whether one of these keys is not the one that the database knows by its name."""
    return any(_others(known, keys))


def is_behind(known: Iterable[str], keys: IntakeKeys) -> bool:
    """Tell whether the database knows a newer key than these."""
    return any(_missing(known, keys))


def _others(known: Mapping[str, bytes], keys: IntakeKeys) -> Iterator[str]:
    for name, key in keys.by_name().items():
        if name in known and not compare_digest(known[name], check_of(key)):
            yield f"{name}.key is not the key of this database. Put the right one back from your backup."


def _missing(known: Iterable[str], keys: IntakeKeys) -> Iterator[str]:
    for purpose in PURPOSES:
        ids = [name.removeprefix(f"{purpose}-") for name in known if name.startswith(f"{purpose}-")]
        name = f"{purpose}-{newest(ids)}" if ids else ""
        if name and name not in keys.by_name():
            yield (
                f"{name}.key is missing, and is in use. Copy it from the machine on which it was made, "
                "or put it back from your backup."
            )


def _unknown(known: Mapping[str, bytes], keys: IntakeKeys) -> Iterator[str]:
    for name in keys.by_name():
        if name not in known:
            purpose = name.partition("-")[0]
            made_by = "reindex" if purpose == "index" else f"rotate {purpose}"
            yield (
                f"The database does not know {name}.key. If `reportline intake {made_by}` was cut off, run "
                "it again; move a key of another intake away."
            )

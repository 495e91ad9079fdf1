"""Ties the keys to the database: each key has a check value there, so that no other key is taken for it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from hashlib import blake2b
from hmac import compare_digest
from typing import Final

from sqlalchemy import delete, exists, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from intake_api.audit.log import AuditLog
from intake_api.keys import FROM_ELSEWHERE, PURPOSES, IntakeKeys, Purpose, is_key_id, newest, number_of
from intake_api.known_keys.logged import DROPPED, MADE, USED, check_gone, keys_told, tell, unlike
from intake_api.store.database import upsert
from intake_api.store.models import AuditEntry, KeyCheck
from reportline.readiness import NotReady

_CHECK_BYTES: Final = 32
_OTHER: Final = f"{{name}}.key is not the key of this database. Copy the right one {FROM_ELSEWHERE}."
_DROPPED: Final = (
    "{name}.key was made by a rotation that was cut off, and was dropped before anything was sealed with it. "
    "Move it away."
)
_SET_AHEAD: Final = (
    "The database says that {name}.key is in use, and the audit log does not: somebody wrote to it. Find out "
    "who; then run `reportline intake rotate {purpose}` again where that file is, which brings it into use."
)
_MADE, _USED = [
    exists().where(AuditEntry.subject == KeyCheck.name, AuditEntry.what == what) for what in (MADE, USED)
]
_IS_UNUSED: Final = _MADE & ~_USED


def check_of(key: bytes) -> bytes:
    """Return a key's check value, 32 bytes, which tells nothing of the key."""
    return blake2b(b"reportline", key=key, person=b"check", digest_size=_CHECK_BYTES).digest()


async def record(
    session: AsyncSession, keys: IntakeKeys, names: Iterable[str], *, pending: bool = False
) -> None:
    """Write the check values of these keys, given by name, unless they are there."""
    for name in names:
        row = {"name": name, "value": check_of(keys.by_name()[name]), "pending": pending}
        await session.execute(upsert(session, KeyCheck).values(row).on_conflict_do_nothing())


async def known_checks(session: AsyncSession) -> Mapping[str, bytes]:
    """Return all check values, by the names of the keys."""
    return {row.name: row.value for row in await session.scalars(select(KeyCheck))}


async def known_ids(session: AsyncSession, purpose: Purpose) -> Sequence[str]:
    """Return the ids of the keys of one kind that the database knows."""
    return _ids_of(purpose, await known_checks(session))


async def pending_keys(session: AsyncSession, purpose: Purpose | None = None) -> frozenset[str]:
    """Return the names of the keys, of one kind or of all, that are made and not in use yet.

    The audit log tells, whatever a row says: somebody who sets it brings no older key into use again.
    """
    names = await session.scalars(select(KeyCheck.name).where(_IS_UNUSED))
    return frozenset(name for name in names if name.startswith(purpose or ""))


async def require_used_as_logged(session: AsyncSession) -> None:
    """Raise NotReady if a row says that a key is in use, and the audit log does not."""
    set_ahead = select(KeyCheck.name).where(~KeyCheck.pending, _IS_UNUSED).order_by(KeyCheck.name).limit(1)
    if name := await session.scalar(set_ahead):
        raise NotReady(_SET_AHEAD.format(name=name, purpose=name.partition("-")[0]))


async def put_in_use(session: AsyncSession, keys: IntakeKeys, name: str) -> None:
    """Let a key be used from now on; the audit log tells when it was not before."""
    if name in await pending_keys(session):
        await session.execute(update(KeyCheck).where(KeyCheck.name == name).values(pending=False))
        tell(session, AuditLog(keys.audit), USED, [name])


async def forget(session: AsyncSession, keys: IntakeKeys, name: str) -> None:
    """Drop a key that was never in use; the audit log tells of it."""
    await session.execute(delete(KeyCheck).where(KeyCheck.name == name))
    tell(session, AuditLog(keys.audit), DROPPED, [name])


async def is_in_use(session: AsyncSession, purpose: Purpose, key_id: str) -> bool:
    """Tell whether a key is the one of its kind that is in use now."""
    used = (await known_checks(session)).keys() - await pending_keys(session)
    ids = _ids_of(purpose, used)
    return bool(ids) and key_id == newest(ids)


async def is_outdated(session: AsyncSession, name: str) -> bool:
    """Tell whether a newer key than this, given by name, is in use."""
    purpose, _, key_id = name.partition("-")
    used = (await known_checks(session)).keys() - await pending_keys(session)
    ids = _ids_of(purpose, used)
    return newest([*ids, key_id]) != key_id


async def with_pending(session: AsyncSession, keys: IntakeKeys) -> IntakeKeys:
    """Return the keys of a folder, with what the database says of which are in use."""
    return replace(keys, pending=await pending_keys(session))


async def require_keys(session: AsyncSession, keys: IntakeKeys, recorded: Iterable[str] = ()) -> None:
    """Raise NotReady unless the keys are those of this database, with that in use of each kind.

    So too if the database knows other keys than those of which its audit log tells; it tells of those that
    this transaction has `recorded` when it is committed.
    """
    known, told = await known_checks(session), await keys_told(session)
    used = known.keys() - await pending_keys(session)
    if not known:
        raise NotReady(
            "The database does not know its keys yet. Make a backup, then run `reportline intake upgrade`."
        )
    unknown = sorted(keys.by_name().keys() - known.keys())
    dropped = (_DROPPED.format(name=name) for name in unknown if name in told.dropped)
    # One is to be moved away and the other copied from where the rotation went on: that is one errand.
    to_move = " ".join((*dropped, *_missing(used, keys)))
    for fault in (
        *_others(known, keys),
        *unlike(told, known.keys() - set(recorded)),
        *([to_move] if to_move else ()),
        *map(_why_unknown, unknown),
    ):
        raise NotReady(fault)


async def has_other_audit_key(session: AsyncSession, key: bytes) -> bool:
    """Tell whether a key is not the one that the database knows as that of its audit log."""
    value = (await known_checks(session)).get("audit")
    return value is not None and not compare_digest(value, check_of(key))


async def require_audit_key(session: AsyncSession, key: bytes) -> None:
    """Raise NotReady if another key chains the audit log: an entry by this one would break it for good.

    So too if somebody has deleted the check value by which that is seen.
    """
    if await has_other_audit_key(session, key):
        raise NotReady(_OTHER.format(name="audit"))
    told, known = await keys_told(session), await known_checks(session)
    if "audit" in told.known - known.keys():
        raise NotReady(check_gone("audit"))


async def record_made(
    session: AsyncSession, keys: IntakeKeys, names: Sequence[str], *, pending: bool = False
) -> None:
    """Give the database the check values of keys that a command has made; the audit log tells of each."""
    await record(session, keys, names, pending=pending)
    for what in (MADE,) if pending else (MADE, USED):
        tell(session, AuditLog(keys.audit), what, names)


def later_than_known(known: Iterable[str], keys: IntakeKeys, purpose: str) -> list[str]:
    """Return the names of keys that are newer than any that the database knows: a rotation was cut off."""
    latest = max(map(number_of, _ids_of(purpose, known)), default=0)
    held = (name for name in keys.by_name() if name.startswith(f"{purpose}-"))
    return [name for name in held if number_of(name.removeprefix(f"{purpose}-")) > latest]


def without_later(known: Iterable[str], keys: IntakeKeys) -> IntakeKeys:
    """Return these keys without those that are newer than any that the database knows.

    The command of each kind takes its own up: so that of one kind must not wait for that of another.
    """
    later = {name for purpose in PURPOSES for name in later_than_known(known, keys, purpose)}
    seals, vaults, indexes = [
        {key_id: key for key_id, key in numbered.items() if f"{purpose}-{key_id}" not in later}
        for purpose, numbered in keys.numbered().items()
    ]
    return replace(keys, seals=seals, vaults=vaults, indexes=indexes)


def has_others(known: Mapping[str, bytes], keys: IntakeKeys) -> bool:
    """Tell whether one of these keys is not the one that the database knows by its name.

    So too if it does not know one that is in use, or knows what can be no key.
    """
    used = {f"{purpose}-{keys.in_use(purpose)}" for purpose in PURPOSES} | {"receipts", "audit"}
    return any(_others(known, keys)) or not used <= known.keys() or not all(map(_is_name, known))


def is_behind(used: Iterable[str], keys: IntakeKeys) -> bool:
    """Tell whether a newer key than these is among those that may be used, given by name."""
    return any(_missing(used, keys))


def _ids_of(purpose: str, names: Iterable[str]) -> list[str]:
    ids = (name.removeprefix(f"{purpose}-") for name in names if name.startswith(f"{purpose}-"))
    return [key_id for key_id in ids if is_key_id(key_id)]


def _is_name(name: str) -> bool:
    purpose, _, key_id = name.partition("-")
    return name in {"receipts", "audit"} or (purpose in PURPOSES and is_key_id(key_id))


def _others(known: Mapping[str, bytes], keys: IntakeKeys) -> Iterator[str]:
    for name, key in keys.by_name().items():
        if name in known and not compare_digest(known[name], check_of(key)):
            yield _OTHER.format(name=name)


def _missing(used: Iterable[str], keys: IntakeKeys) -> Iterator[str]:
    for purpose in PURPOSES:
        ids = _ids_of(purpose, used)
        name = f"{purpose}-{newest(ids)}" if ids else ""
        if name and name not in keys.by_name():
            yield f"{name}.key is missing, and is in use. Copy it {FROM_ELSEWHERE}."


def _why_unknown(name: str) -> str:
    purpose = name.partition("-")[0]
    made_by = "reindex" if purpose == "index" else f"rotate {purpose}"
    return (
        f"The database does not know {name}.key. If `reportline intake {made_by}` was cut off, or if the "
        "database was restored from a backup older than that key, run it again: it takes the key up. Only a "
        "key of another intake is to be moved away."
    )

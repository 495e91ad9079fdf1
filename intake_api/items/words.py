"""Counts what reports say of an item, and tells which of their words the item did not have.

Each report remembers, sealed, what was counted of it: a revision or a withdrawal takes back exactly that. A
word is remembered by keyed hashes only, and in an item by one that holds for this item alone.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import ColumnElement, delete, func, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncSession

from conversations.wire.report import Live, Seen
from intake_api.hand_in.reports import content_of
from intake_api.store.database import upsert
from intake_api.store.models import Item, ItemWord, StoredReport
from intake_api.vault import Place, Vault, VaultClosed

# The counters of an item, in the order in which a report's own are stored.
COUNTERS: Final = ("seen_today", "live", "passwords", "positions", "notes")
# The words with which an analyst may see more of a page than before.
WORDS: Final = ("page_password", "position", "referer", "access", "note")
# Those of them that have a counter of their own.
_COUNTED_BY: Final = {"page_password": "passwords", "position": "positions", "note": "notes"}
_HASH_LENGTH: Final = 32
_NO_HASH: Final = "0" * _HASH_LENGTH
# The session holds no object of these rows.
_UNSEEN: Final = {"synchronize_session": False}
ItemWords = set[tuple[str, bytes]]


@dataclass(frozen=True, slots=True)
class Said:
    """The counters to which a report adds one, and the hashes of its words by their kinds.

    `tells` says that it tells more of its pages than the answers that most reports have; it is not counted.
    """

    counters: frozenset[str] = frozenset()
    words: Mapping[str, str] = field(default_factory=dict)
    tells: bool = False


NOTHING: Final = Said()


@dataclass(slots=True)
class SaidOfItem:
    """What a report said of an item before, and what it says now; `leaves`: it does not name it any more."""

    item: Item
    before: Said
    now: Said
    leaves: bool = False


def said_by(vault: Vault, report: StoredReport) -> Said:
    """Return what a report says by its content."""
    content = content_of(vault, report)
    told = {
        "seen_today": content.seen is Seen.TODAY,
        "live": content.live is Live.YES,
        "passwords": content.page_password,
        "positions": content.position,
        "notes": content.note,
    }
    words = {kind: str(getattr(content, kind)).strip() for kind in WORDS if getattr(content, kind)}
    return Said(
        frozenset(name for name in COUNTERS if told[name]),
        {kind: vault.blind_word(f"{kind} {word}").hex()[:_HASH_LENGTH] for kind, word in words.items()},
        tells=bool(words or content.circumstances or told["seen_today"] or told["live"]),
    )


def counted_of(vault: Vault, report: StoredReport) -> Said | None:
    """Return what was counted of a report, or None if that is not known."""
    if report.counted is None:
        return None
    try:
        opened = vault.open(_place(report), report.counted)
    except VaultClosed:
        return None
    marks, hashes = opened[: len(COUNTERS)], opened[len(COUNTERS) :]
    each = [hashes[start : start + _HASH_LENGTH] for start in range(0, len(hashes), _HASH_LENGTH)]
    return Said(
        frozenset(name for name, mark in zip(COUNTERS, marks, strict=True) if mark == "1"),
        {kind: word for kind, word in zip(WORDS, each, strict=True) if word != _NO_HASH},
    )


def remember(vault: Vault, report: StoredReport, said: Said) -> None:
    """Seal what was counted of a report; its length is always the same, so that it tells nothing."""
    marks = "".join("1" if name in said.counters else "0" for name in COUNTERS)
    hashes = "".join(said.words.get(kind, _NO_HASH) for kind in WORDS)
    report.counted = None if report.withdrawn else vault.seal(_place(report), marks + hashes)


async def count_words(
    session: AsyncSession, vault: Vault, changes: Sequence[SaidOfItem]
) -> dict[str, frozenset[str]]:
    """Count what changed, for all items at once; returns the kinds of words that each item never had.

    A word that a report has replaced by another is remembered: who alternates two of them says nothing new.
    With a report that leaves an item go all words of the item that nobody says. The caller must hold the
    items locked.
    """
    for one in changes:
        for name in one.now.counters ^ one.before.counters:
            step = 1 if name in one.now.counters else -1
            setattr(one.item, name, getattr(one.item, name) + step)
    come, gone = set[tuple[str, bytes]](), set[tuple[str, bytes]]()
    kinds: dict[tuple[str, bytes], str] = {}
    for one in changes:
        before, now = [_of_item(vault, one.item.item_id, said) for said in (one.before, one.now)]
        come |= now.keys() - before.keys()
        gone |= before.keys() - now.keys()
        kinds |= now
    new = await _add(session, come)
    await _take_away(session, gone)
    await _forget_unsaid(session, [one.item.item_id for one in changes if one.leaves])
    return {
        one.item.item_id: frozenset(kinds[word] for word in new if word[0] == one.item.item_id)
        for one in changes
    }


async def no_longer_said(session: AsyncSession, change: SaidOfItem) -> frozenset[str]:
    """Return the kinds of words that a report took back, and that no report says of the item any more.

    It must be counted already. The two kinds without a counter, the page before and access, are no longer
    said only when neither is: how many reports say one of the two is what other counters leave of all words.
    """
    taken_back = change.before.words.keys() - change.now.words.keys()
    gone = {kind for kind in taken_back & _COUNTED_BY.keys() if not getattr(change.item, _COUNTED_BY[kind])}
    without_counter = set(WORDS) - _COUNTED_BY.keys()
    if taken_back & without_counter:
        said = select(func.sum(ItemWord.reports)).where(ItemWord.item_id == change.item.item_id)
        counted = sum(getattr(change.item, counter) for counter in _COUNTED_BY.values())
        gone |= without_counter if (await session.scalar(said) or 0) <= counted else set()
    return frozenset(gone)


async def move_words(
    session: AsyncSession, vault: Vault, kept: Item, gone: Item, moved: Iterable[StoredReport]
) -> frozenset[str]:
    """Count reports of an item that goes for the item that is kept; returns the words that are new to it."""
    await forget_words(session, gone.item_id)
    new = frozenset[str]()
    for report in moved:
        said = counted_of(vault, report) or NOTHING
        found = await count_words(session, vault, [SaidOfItem(kept, NOTHING, said)])
        new |= found[kept.item_id]
    return new


async def forget_words(session: AsyncSession, item_id: str) -> None:
    """Delete what is remembered of an item's words."""
    await session.execute(delete(ItemWord).where(ItemWord.item_id == item_id))


def _of_item(vault: Vault, item_id: str, said: Said) -> dict[tuple[str, bytes], str]:
    """Return the kinds of the words by their hashes, which hold for this item alone."""
    return {(item_id, vault.blind_word(f"{item_id} {word}")): kind for kind, word in said.words.items()}


async def _add(session: AsyncSession, words: ItemWords) -> ItemWords:
    """Count these words; returns those that their item did not have."""
    if not words:
        return set()
    these = select(ItemWord.item_id, ItemWord.word).where(_are(words))
    had = {(item_id, word) for item_id, word in await session.execute(these)}
    rows = [{"item_id": item_id, "word": word, "reports": 1} for item_id, word in sorted(words)]
    added = upsert(session, ItemWord).values(rows)
    await session.execute(
        added.on_conflict_do_update(
            index_elements=["item_id", "word"], set_={"reports": ItemWord.reports + 1}
        )
    )
    return words - had


async def _take_away(session: AsyncSession, words: ItemWords) -> None:
    if not words:
        return
    fewer = update(ItemWord).where(_are(words)).values(reports=ItemWord.reports - 1)
    await session.execute(fewer, execution_options=_UNSEEN)


async def _forget_unsaid(session: AsyncSession, item_ids: Sequence[str]) -> None:
    if not item_ids:
        return
    unsaid = delete(ItemWord).where(ItemWord.item_id.in_(item_ids), ItemWord.reports <= 0)
    await session.execute(unsaid, execution_options=_UNSEEN)


def _are(words: ItemWords) -> ColumnElement[bool]:
    return tuple_(ItemWord.item_id, ItemWord.word).in_(sorted(words))


def _place(report: StoredReport) -> Place:
    return Place("reports", report.draft_id, "counted")

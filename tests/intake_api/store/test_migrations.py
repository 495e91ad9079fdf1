"""Each step of the database leads up and down with data in the tables, on both databases."""

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from sqlalchemy import Connection, text

from intake_api.store.database import Database
from intake_api.store.schema import configuration

REPORT_COLUMNS = (
    "draft_id, revision, merged_revision, receipt_hash, portal, channel, language, hour, arrival_hour, "
    "advice_version, withdrawn, content"
)
ITEM_COLUMNS = (
    "item_id, address_hash, canonicaliser, given, canonical, kind, reports, first_hour, last_hour, due_hour, "
    "state, claim_id, claimed_by, lease_expires"
)
NOW = datetime(2026, 3, 1, 12, 34, tzinfo=UTC)


@pytest.fixture
async def database(empty_place: Path | str) -> AsyncIterator[Database]:
    """Give a database at the first revision, with rows in every table."""
    made = Database(empty_place)
    await _step(made, "0001")
    async with made.writing() as session:
        for statement, rows in _rows():
            await session.execute(text(statement), rows)
    yield made
    await made.close()


def _rows() -> list[tuple[str, list[dict[str, Any]]]]:
    def filled(table: str, columns: str, *rows: tuple[Any, ...]) -> tuple[str, list[dict[str, Any]]]:
        names = columns.split(", ")
        values = ", ".join(f":{name}" for name in names)
        return (
            f"INSERT INTO {table} ({columns}) VALUES ({values})",  # noqa: S608 - the names stand above
            [dict(zip(names, row, strict=True)) for row in rows],
        )

    def report(number: int, language: str) -> tuple[Any, ...]:
        return (f"{number:032x}", 1, 1, bytes(32), "ar", "telegram", language, 10, 11, 1, False, b"k1:sealed")

    def item(number: int, due: int, state: str, *claim: Any) -> tuple[Any, ...]:
        held = claim or (None, None, None)
        return (
            f"{number:032x}",
            bytes([number]) * 32,
            1,
            b"k1:g",
            b"k1:c",
            "web",
            2,
            10,
            10,
            due,
            state,
            *held,
        )

    mention = "item_id, draft_id, due_hour"
    assessment = "assessment_id, item_id, claim_id, assessed_by, assessed_at, vocabulary, outcome, note"
    return [
        filled("access_keys", "key_id, role, name, token_hash, made_at", ("k", "analyst", "a", b"t", NOW)),
        filled("reports", REPORT_COLUMNS, report(1, "es"), report(2, "es"), report(3, "en")),
        filled(
            "items",
            ITEM_COLUMNS,
            item(1, 23, "waiting"),
            item(2, 23, "claimed", "c" * 16, "k", NOW),
            item(3, 23, "assessed"),
        ),
        filled(
            "mentions",
            mention,
            *((f"{of:032x}", f"{by:032x}", 23) for of, by in ((1, 1), (1, 2), (1, 3), (2, 1), (3, 3))),
        ),
        filled("assessments", assessment, ("a" * 32, f"{3:032x}", "d" * 16, "k", NOW, 1, "ignore", b"k1:n")),
        filled(
            "audit_log", "sequence, at, who, what, subject, chain", (1, NOW, "k", "claimed", "x", b"c" * 32)
        ),
    ]


async def _step(database: Database, revision: str, *, down: bool = False) -> None:
    def go(connection: Connection) -> None:
        (command.downgrade if down else command.upgrade)(configuration(connection), revision)

    async with database.writing() as session:
        await (await session.connection()).run_sync(go)


async def _all(database: Database, statement: str) -> list[tuple[Any, ...]]:
    async with database.reading() as session:
        return [tuple(row) for row in await session.execute(text(statement))]


async def test_what_reports_add_up_to_is_counted_from_what_is_there(database: Database) -> None:
    await _step(database, "0002")
    counted = "SELECT item_id, portal, channel, language, hour, due_hour, reports FROM sources ORDER BY 1, 4"
    way = ("ar", "telegram")
    assert await _all(database, counted) == [
        (f"{1:032x}", *way, "en", 10, 23, 1),
        (f"{1:032x}", *way, "es", 10, 23, 2),
        (f"{2:032x}", *way, "es", 10, 23, 1),
        (f"{3:032x}", *way, "en", 10, 23, 1),
    ]


async def test_only_what_waits_has_places_one_for_each_language_and_one_for_all(database: Database) -> None:
    await _step(database, "0002")
    places = await _all(database, "SELECT language, due_hour, item_id, kind FROM queue_places ORDER BY 1")
    assert places == [(language, 23, f"{1:032x}", "web") for language in ("", "en", "es")]


async def test_items_say_that_their_hashes_are_of_an_earlier_version(database: Database) -> None:
    await _step(database, "0002")
    assert await _all(database, "SELECT DISTINCT index_key, host_hash FROM items") == [("", None)]


async def test_down_again_everything_that_was_there_is_there(database: Database) -> None:
    tables = {"reports": REPORT_COLUMNS, "items": ITEM_COLUMNS, "assessments": "*", "mentions": "*"}
    tables |= {"audit_log": "*", "access_keys": "*"}

    async def kept() -> list[Any]:
        asked = [f"SELECT {what} FROM {name} ORDER BY 1, 2" for name, what in tables.items()]  # noqa: S608
        return [await _all(database, statement) for statement in asked]

    before = await kept()
    await _step(database, "0002")
    async with database.writing() as session:
        await session.execute(
            text(
                "INSERT INTO assessments (assessment_id, item_id, corrects, assessed_by, assessed_at, "
                "vocabulary, outcome) VALUES ('b', :item, :earlier, 'k', :now, 2, 'baseline')"
            ),
            {"item": f"{3:032x}", "earlier": "a" * 32, "now": NOW},
        )
    await _step(database, "0001", down=True)
    assert await kept() == before


async def _fill_further(database: Database) -> None:
    """Add assessments at 0002, the later ones first, and an item that came back."""
    await _step(database, "0002")
    added = text(
        "INSERT INTO assessments (assessment_id, item_id, corrects, assessed_by, assessed_at, vocabulary, "
        "outcome) VALUES (:id, :item, :earlier, 'k', :at, 2, 'baseline')"
    )
    rows = [("c", "b", 2), ("b", "a" * 32, 1), ("d", "c", 2)]
    async with database.writing() as session:
        # A correction is added after what it corrects, whatever their times are.
        for name, earlier, hours in sorted(rows):
            await session.execute(
                added,
                {"id": name, "item": f"{3:032x}", "earlier": earlier, "at": NOW - timedelta(hours=hours)},
            )
        await session.execute(
            text("UPDATE items SET open_since = 13 WHERE item_id = :item"), {"item": f"{2:032x}"}
        )


async def test_assessments_are_numbered_in_the_order_of_their_times(database: Database) -> None:
    await _fill_further(database)
    await _step(database, "0004")
    numbered = await _all(database, "SELECT assessment_id, sequence FROM assessments ORDER BY sequence")
    assert numbered == [("c", 1), ("d", 2), ("b", 3), ("a" * 32, 4)]


async def test_what_waits_has_waited_since_its_first_report_arrived_or_since_it_came_back(
    database: Database,
) -> None:
    await _fill_further(database)
    before = await _all(database, "SELECT * FROM sources ORDER BY 1, 4")
    await _step(database, "0004")
    began = await _all(database, "SELECT item_id, began_hour FROM items ORDER BY 1")
    assert began == [(f"{1:032x}", 11), (f"{2:032x}", 13), (f"{3:032x}", 11)]
    assert await _all(database, "SELECT DISTINCT began_hour FROM queue_places") == [(11,)]
    sources = await _all(
        database, "SELECT arrival_hour, circumstances, reports FROM sources ORDER BY item_id"
    )
    assert sorted(sources) == [(11, 0, 1)] * 3 + [(11, 0, 2)]
    await _step(database, "0002", down=True)
    assert await _all(database, "SELECT * FROM sources ORDER BY 1, 4") == before


async def test_keys_that_are_there_are_in_use_and_stay(database: Database) -> None:
    await _step(database, "0006")
    async with database.writing() as session:
        await session.execute(
            text("INSERT INTO key_checks (name, value) VALUES ('vault-k1', :value)"), {"value": bytes(32)}
        )
    before = await _all(database, "SELECT * FROM key_checks")
    await _step(database, "0007")
    assert await _all(database, "SELECT name FROM key_checks WHERE NOT pending") == [("vault-k1",)]
    await _step(database, "0006", down=True)
    assert await _all(database, "SELECT * FROM key_checks") == before


async def test_a_mark_that_is_there_counts_as_shown_to_nobody(database: Database) -> None:
    await _step(database, "0007")
    async with database.writing() as session:
        await session.execute(text("UPDATE items SET changed_words = 'note' WHERE state <> 'waiting'"))
    before = await _all(database, "SELECT * FROM items ORDER BY 1")
    await _step(database, "0008")
    marked = await _all(database, "SELECT state, unshown_words FROM items ORDER BY 1, 2")
    assert marked == [("assessed", "note"), ("claimed", ""), ("waiting", "")]
    await _step(database, "0007", down=True)
    assert await _all(database, "SELECT * FROM items ORDER BY 1") == before


async def test_what_is_held_is_numbered_and_counts_as_not_shown(database: Database) -> None:
    await _step(database, "0008")
    another = "UPDATE items SET state = 'claimed', claim_id = 'b', claimed_by = 'k' WHERE state = 'assessed'"
    async with database.writing() as session:
        await session.execute(text(another))
    before = await _all(database, "SELECT * FROM items ORDER BY 1")
    await _step(database, "0009")
    numbered = await _all(database, "SELECT claim_id, claim_number FROM items ORDER BY claim_number")
    assert sorted(numbered, key=str) == [("b", 1), ("c" * 16, 2), (None, None)]
    assert await _all(database, "SELECT item_id FROM items WHERE claim_shown") == []
    await _step(database, "0008", down=True)
    assert await _all(database, "SELECT * FROM items ORDER BY 1") == before


async def test_marks_have_room_for_every_kind_and_lose_circumstances_on_the_way_down(
    database: Database,
) -> None:
    await _step(database, "0009")
    marked = "UPDATE items SET changed_on = 20000, changed_words = 'access note', unshown_words = 'note'"
    marks = "SELECT item_id, changed_on, changed_words, unshown_words FROM items ORDER BY 1"
    async with database.writing() as session:
        await session.execute(text(marked))
    before = await _all(database, marks)
    await _step(database, "0010")
    assert await _all(database, marks) == before
    not_illegal = "SELECT item_id, came_back_on, recalled_by FROM items WHERE not_illegal"
    assert await _all(database, not_illegal) == [(f"{3:032x}", None, "")]
    every = "access danger_now knows_child note own_pictures page_password position referer threatened"
    late = "UPDATE items SET unshown_words = :words, changed_words = :few WHERE item_id = :item"
    async with database.writing() as session:
        for number, words in ((1, every), (2, "danger_now knows_child threatened own_pictures")):
            values = {"words": words, "few": "danger_now", "item": f"{number:032x}"}
            await session.execute(text(late), values)
    await _step(database, "0009", down=True)
    assert await _all(database, marks) == [
        (f"{1:032x}", 20000, "", "access note page_password position referer"),
        (f"{2:032x}", None, "", ""),
        (f"{3:032x}", 20000, "access note", "note"),
    ]


@pytest.mark.parametrize(
    "broken",
    [
        "UPDATE assessments SET claim_id = NULL",
        "UPDATE assessments SET corrects = assessment_id",
        "UPDATE items SET claim_id = 'e' WHERE state = 'waiting'",
    ],
)
async def test_the_stepped_database_holds_the_rules(database: Database, broken: str) -> None:
    await _step(database, "0002")
    async with database.writing() as session:
        with pytest.raises(Exception, match=r"(?i)constraint"):
            await session.execute(text(broken))
        await session.rollback()


async def test_reports_are_counted_again_and_paged_in_an_order_of_chance(database: Database) -> None:
    """Their words are sealed, so the intake counts them when it starts; a withdrawn report has none."""
    await _step(database, "0002")
    async with database.writing() as session:
        await session.execute(text("UPDATE reports SET withdrawn = true WHERE language = 'en'"))
    await _step(database, "0005")
    waiting = "SELECT language, merged_revision, counted FROM reports ORDER BY 1, draft_id"
    assert await _all(database, waiting) == [("en", 1, None), ("es", 0, None), ("es", 0, None)]
    keys = [key for (key,) in await _all(database, "SELECT page_key FROM mentions")]
    assert len(set(keys)) == len(keys) == 5
    assert all(re.fullmatch("1[0-9a-f]{16}", key) for key in keys)


async def test_an_item_knows_whether_it_could_be_seen_by_the_outcome_that_holds(database: Database) -> None:
    await _step(database, "0002")
    made = (
        "INSERT INTO assessments (assessment_id, item_id, claim_id, corrects, assessed_by, assessed_at, "
        "vocabulary, outcome) VALUES (:id, :item, :claim, :corrects, 'k', :now, 2, :outcome)"
    )
    rows = [(1, "x", None, "not_found"), (2, "y", None, "ignore"), (2, None, "2", "not_assessable")]
    rows += [(3, None, "a" * 32, "not_found"), (3, "z", None, "baseline")]
    async with database.writing() as session:
        for number, (item, claim, corrects, outcome) in enumerate(rows, start=1):
            values = {"id": str(number), "item": f"{item:032x}", "claim": claim, "corrects": corrects}
            now = NOW + timedelta(minutes=number)
            await session.execute(text(made), values | {"now": now, "outcome": outcome})
    await _step(database, "0005")
    told = await _all(database, "SELECT item_id, unseen FROM items ORDER BY 1")
    assert [(item_id, bool(unseen)) for item_id, unseen in told] == [
        (f"{1:032x}", True),
        (f"{2:032x}", True),
        (f"{3:032x}", False),
    ]


async def test_down_from_the_newest_step_reports_items_and_decisions_stay(database: Database) -> None:
    await _step(database, "0002")
    tables = ("items", "mentions", "sources", "queue_places", "assessments", "audit_log")

    async def kept() -> list[Any]:
        return [await _all(database, f"SELECT * FROM {name} ORDER BY 1, 2") for name in tables]  # noqa: S608

    before = await kept()
    await _step(database, "0006")
    await _step(database, "0002", down=True)
    assert await kept() == before
    assert await _all(database, "SELECT count(content) FROM reports") == [(3,)]


async def test_up_and_down_and_up_again(database: Database) -> None:
    for revision, down in (("head", False), ("base", True), ("head", False)):
        await _step(database, revision, down=down)
    assert await _all(database, "SELECT count(*) FROM reports") == [(0,)]

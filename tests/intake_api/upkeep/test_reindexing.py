"""Items get new hashes while no intake runs; equal items become one, and no report is lost."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
import typer
from sqlalchemy import func, select, text, update
from typer.testing import CliRunner, Result

from conversations.address import CANONICALISER_VERSION, canonical
from conversations.wire.report import Circumstance
from intake_api.audit.bound_assessments import Unlike, bind_earlier, unlike_their_entries
from intake_api.audit.log import AuditLog
from intake_api.commands.checks import check
from intake_api.commands.keys import reindex
from intake_api.items.making import host_hash
from intake_api.keys import newest, number_of, read_keys
from intake_api.settings import IntakeSettings
from intake_api.store.database import Database
from intake_api.store.database import opened as database_opened
from intake_api.store.models import (
    Assessment,
    AuditEntry,
    Base,
    Item,
    ItemWord,
    Mention,
    QueuePlace,
    Source,
    State,
)
from intake_api.upkeep.locks import serving
from intake_api.upkeep.reindexing import PAGE, Reindexed, reindex_all, require_indexed
from intake_api.vault import Place, Vault
from reportline.readiness import NotReady
from tests.intake_api.key_files import numbers
from tests.intake_api.running_api import NOON, RunningApi, a_report, environment, opened, revised, withdrawn

KEPT, OTHER = "https://example.com/kept", "https://example.com/other"
DAY = timedelta(days=1)


class Stop(Exception):  # noqa: N818
    """A run is cut off here."""


async def _reindex(settings: IntakeSettings, **changes: Any) -> Reindexed:
    given: dict[str, Any] = {"reopen_after": settings.reopen_after, "now": NOON, "progress": lambda _: None}
    async with database_opened(settings.database_place()) as database:
        return await reindex_all(database, settings.folder, **(given | changes))


async def _items(settings: IntakeSettings) -> Sequence[Item]:
    async with database_opened(settings.database_place()) as database, database.reading() as session:
        return (await session.scalars(select(Item))).all()


async def _scalar(settings: IntakeSettings, statement: Any) -> Any:
    async with database_opened(settings.database_place()) as database, database.reading() as session:
        return await session.scalar(statement)


async def _assert_indexed(settings: IntakeSettings, addresses: set[str]) -> None:
    """Every address is one item, whose hashes are those of the newest key and this version."""
    vault = Vault(read_keys(settings.folder))
    items = await _items(settings)
    given = {item.item_id: vault.open(Place("items", item.item_id, "given"), item.given) for item in items}
    assert sorted(given.values()) == sorted(addresses)
    for item in items:
        spelt = canonical(given[item.item_id])
        assert item.address_hash == vault.blind_address(spelt)
        assert item.host_hash == host_hash(vault, given[item.item_id])
        assert vault.open(Place("items", item.item_id, "canonical"), item.canonical) == spelt
        assert (item.index_key, item.canonicaliser) == (vault.index_key, CANONICALISER_VERSION)


async def _put_back(api: RunningApi, claim_id: str) -> None:
    """Put an item back into the queue, so that the same analyst may claim it next too."""
    await api.analyst.delete(f"/v1/queue/claims/{claim_id}")
    async with api.intake.database.writing() as session:
        await session.execute(update(Item).values(released_by=None, released_at=None))


async def _make_equal(api: RunningApi, one: str, other: str) -> None:
    """Let an earlier version have made an item, which took this spelling of `one` for another address."""
    spelling = one.replace("https://example", "HTTP://EXAMPLE")
    assert canonical(spelling) == canonical(one)
    vault = api.intake.vault
    async with api.intake.database.writing() as session:
        found = select(Item).where(Item.address_hash == vault.blind_address(canonical(other)))
        item = (await session.scalars(found)).one()
        item.given = vault.seal(Place("items", item.item_id, "given"), spelling)
        item.address_hash = vault.blind_address(spelling)
        await session.execute(update(Item).values(canonicaliser=0))


async def _claim(api: RunningApi, address: str, *, assess: bool = False) -> str:
    """Claim the item of an address, alone, and assess it if told to; gives the claim."""
    claims: list[str] = [claim["claim_id"] for claim in await api.claim(20)]
    given: dict[str, str] = {(await api.show(claim))["address_given"]: claim for claim in claims}
    for other in claims:
        if other != given[address]:
            await _put_back(api, other)
    if assess:
        await _assess(api, given[address])
    return given[address]


async def _assess(api: RunningApi, claim_id: str, note: str = "noted") -> int:
    path = f"/v1/queue/claims/{claim_id}/assessment"
    return (await api.analyst.post(path, json={"outcome": "ignore", "note": note})).status_code


async def test_all_items_get_the_hashes_of_a_new_key(settings: IntakeSettings) -> None:
    addresses = {f"https://example.com/{number}" for number in range(30)}
    async with opened(settings) as api:
        for address in addresses:
            await api.take_in(a_report(address))
    done = await _reindex(settings)
    assert (number_of(done.key_id), done.items, done.merged, done.damaged) == (2, 30, 0, 0)
    await _assert_indexed(settings, addresses)
    async with opened(settings) as api:
        await api.take_in(*[a_report(address) for address in addresses])
        assert await api.scalar(select(func.count()).select_from(Item)) == 30
        assert await api.scalar(select(func.sum(Item.reports))) == 60


async def test_each_run_makes_another_key(settings: IntakeSettings) -> None:
    async with opened(settings) as api:
        await api.take_in(a_report(KEPT))
    for number in (2, 3):
        assert number_of((await _reindex(settings)).key_id) == number
        await _assert_indexed(settings, {KEPT})
    assert numbers(read_keys(settings.folder).indexes) == {1, 2, 3}


async def test_a_run_that_is_cut_off_after_each_page_goes_on_under_the_same_key(
    settings: IntakeSettings,
) -> None:
    """Meanwhile no intake starts, and everything stays one item."""

    def stop(_: int) -> None:
        raise Stop

    addresses = {f"https://example.com/{number}" for number in range(2 * PAGE + 1)}
    async with opened(settings) as api:
        for number in range(0, len(addresses), 20):
            await api.take_in(a_report(*sorted(addresses)[number : number + 20]))
    for cut_off in range(3):
        with pytest.raises(Stop):
            await _reindex(settings, progress=stop)
        behind = await _scalar(settings, select(func.count()).where(Item.index_key == "k1"))
        assert behind == max(len(addresses) - (cut_off + 1) * PAGE, 0)
        if behind:
            with pytest.raises(NotReady, match="run `reportline intake reindex`"):
                await _require_indexed(settings)
    assert numbers(read_keys(settings.folder).indexes) == {1, 2}
    await _require_indexed(settings)
    await _assert_indexed(settings, addresses)


async def _require_indexed(settings: IntakeSettings) -> None:
    async with database_opened(settings.database_place()) as database, database.reading() as session:
        await require_indexed(session, Vault(read_keys(settings.folder)))


@pytest.mark.parametrize("behind", [{"canonicaliser": CANONICALISER_VERSION + 1}, {"index_key": "k0"}])
async def test_an_intake_is_refused_items_of_another_key_or_version(
    settings: IntakeSettings, behind: dict[str, Any]
) -> None:
    async with opened(settings) as api:
        await api.take_in(a_report(KEPT), a_report(OTHER))
        async with api.intake.database.writing() as session:
            first = select(func.min(Item.item_id)).scalar_subquery()
            await session.execute(update(Item).where(Item.item_id == first).values(behind))
    with pytest.raises(NotReady, match="make a backup, then run `reportline intake reindex`"):
        await _require_indexed(settings)
    await _reindex(settings)
    await _require_indexed(settings)
    await _assert_indexed(settings, {KEPT, OTHER})


async def test_items_of_the_earliest_version_are_indexed_under_the_key_that_they_have(
    settings: IntakeSettings,
) -> None:
    """Their hashes of addresses were made with that key; those of hosts are missing."""
    async with opened(settings) as api:
        await api.take_in(a_report(KEPT), a_report(OTHER))
        async with api.intake.database.writing() as session:
            await session.execute(update(Item).values(index_key="", host_hash=None))
    assert number_of((await _reindex(settings)).key_id) == 1
    await _assert_indexed(settings, {KEPT, OTHER})


@pytest.mark.parametrize("is_earliest", [False, True])
async def test_a_new_version_takes_a_new_key(settings: IntakeSettings, is_earliest: bool) -> None:  # noqa: FBT001 - pytest passes it
    """Under the same key, one item's new hash may be another's old one: here two swap their addresses."""
    async with opened(settings) as api:
        await api.take_in(a_report(KEPT), a_report(OTHER))
        vault = api.intake.vault
        async with api.intake.database.writing() as session:
            one, other = (await session.scalars(select(Item).order_by(Item.item_id))).all()
            swapped = ((one, bytes(32)), (other, one.address_hash), (one, other.address_hash))
            for item, address_hash in swapped:
                item.address_hash = address_hash
                await session.flush()
            index_key = "" if is_earliest else vault.index_key
            await session.execute(update(Item).values(canonicaliser=0, index_key=index_key))
    done = await _reindex(settings)
    assert (number_of(done.key_id), done.items, done.merged) == (2, 2, 0)
    await _assert_indexed(settings, {KEPT, OTHER})


async def test_two_waiting_items_of_one_address_become_one(settings: IntakeSettings) -> None:
    both = a_report(KEPT, OTHER, language="fr")
    async with opened(settings) as api:
        await api.take_in(
            a_report(KEPT, hour=NOON - timedelta(hours=3)),
            a_report(OTHER, portal="international", language="en"),
            a_report(OTHER, portal="international", language="en"),
            both,
        )
        await _make_equal(api, KEPT, OTHER)
    done = await _reindex(settings)
    assert (done.items, done.merged) == (2, 1)
    async with opened(settings) as api:
        [claim] = await api.claim(20)
        assert claim["reports"] == 4
        assert claim["portals"] == ["ar", "international"]
        assert claim["languages"] == ["en", "es", "fr"]
        assert claim["first_hour"] == "2026-03-01T09:00:00Z"
        assert claim["last_hour"] == "2026-03-01T12:00:00Z"
        assert len((await api.show(claim["claim_id"]))["details"]) == 4
        await _put_back(api, claim["claim_id"])
        await api.take_in(withdrawn(both), a_report(KEPT))
        [claim] = await api.claim(20)
        assert claim["reports"] == 4
        assert claim["languages"] == ["en", "es"]
    counted = await _scalar(settings, select(func.sum(Source.reports)))
    assert counted == await _scalar(settings, select(func.count()).select_from(Mention)) == 4


async def _chosen(api: RunningApi, *, lower: bool) -> tuple[str, str]:
    """Give the two addresses, first that of the item with the lower or the higher id."""
    vault = api.intake.vault
    hashes = {vault.blind_address(canonical(address)): address for address in (KEPT, OTHER)}
    async with api.intake.database.reading() as session:
        one, other = (await session.scalars(select(Item.address_hash).order_by(Item.item_id))).all()
    return (hashes[one], hashes[other]) if lower else (hashes[other], hashes[one])


@pytest.mark.parametrize("lower", [True, False])
async def test_what_an_analyst_works_on_stays_and_the_claim_holds(
    sqlite_settings: IntakeSettings, *, lower: bool
) -> None:
    async with opened(sqlite_settings) as api:
        await api.take_in(a_report(KEPT), a_report(OTHER))
        claimed, waiting = await _chosen(api, lower=lower)
        claim_id = await _claim(api, claimed)
        await _make_equal(api, claimed, waiting)
    assert (await _reindex(sqlite_settings)).merged == 1
    async with opened(sqlite_settings) as api:
        assert (await api.show(claim_id))["reports"] == 2
        assert await _assess(api, claim_id) == 201
        assert await api.claim(20) == []


@pytest.mark.parametrize("lower", [True, False])
async def test_of_two_claimed_items_the_one_that_is_claimed_longer_stays(
    sqlite_settings: IntakeSettings, *, lower: bool
) -> None:
    async with opened(sqlite_settings) as api:
        await api.take_in(a_report(KEPT), a_report(OTHER))
        first, second = await _chosen(api, lower=lower)
        earlier = await _claim(api, first)
        api.clock.move(minutes=5)
        later = await _claim(api, second)
        await _make_equal(api, first, second)
    assert (await _reindex(sqlite_settings)).merged == 1
    async with opened(sqlite_settings) as api:
        assert await _assess(api, earlier) == 409
        assert await _assess(api, later) == 201


@pytest.mark.parametrize("lower", [True, False])
async def test_an_assessed_item_counts_the_reports_of_a_waiting_one(
    settings: IntakeSettings, *, lower: bool
) -> None:
    async with opened(settings) as api:
        await api.take_in(a_report(KEPT), a_report(OTHER))
        assessed, waiting = await _chosen(api, lower=lower)
        await _claim(api, assessed, assess=True)
        await _make_equal(api, assessed, waiting)
    assert (await _reindex(settings)).merged == 1
    async with opened(settings) as api:
        assert await api.claim(20) == []
    assert await _scalar(settings, select(Item.reports)) == 2
    assert await _scalar(settings, select(Item.state)) == State.ASSESSED
    assert await _scalar(settings, select(func.count()).select_from(QueuePlace)) == 0


@pytest.mark.parametrize("lower", [True, False])
async def test_an_item_waits_since_the_earlier_of_two(
    sqlite_settings: IntakeSettings, *, lower: bool
) -> None:
    async with opened(sqlite_settings) as api:
        await api.take_in(a_report(KEPT), a_report(OTHER))
        since = await api.scalar(select(Item.open_since).limit(1))
        edge = func.min(Item.item_id) if lower else func.max(Item.item_id)
        async with api.intake.database.writing() as session:
            reopened = update(Item).where(Item.item_id == select(edge).scalar_subquery())
            await session.execute(reopened.values(open_since=NOON))
        await _make_equal(api, KEPT, OTHER)
    assert (await _reindex(sqlite_settings)).merged == 1
    assert await _scalar(sqlite_settings, select(Item.open_since)) == since


async def test_a_report_that_left_one_of_two_items_is_still_counted(sqlite_settings: IntakeSettings) -> None:
    """It still names the address that both are by now, so the item is not let go once it is released."""
    report = a_report(KEPT, OTHER)
    async with opened(sqlite_settings) as api:
        await api.take_in(report)
        claim_id = await _claim(api, OTHER)
        await api.take_in(revised(report, KEPT))
        await _make_equal(api, KEPT, OTHER)
    assert (await _reindex(sqlite_settings)).merged == 1
    async with opened(sqlite_settings) as api:
        await _put_back(api, claim_id)
        [claim] = await api.claim(20)
        assert claim["reports"] == 1


async def test_reports_that_came_late_enough_reopen_an_assessed_item_and_its_history_is_shown(
    settings: IntakeSettings,
) -> None:
    async with opened(settings) as api:
        await api.take_in(a_report(KEPT))
        await _claim(api, KEPT, assess=True)
        api.clock.move(days=settings.reopen_after_days, hours=1)
        await api.take_in(a_report(OTHER))
        await _make_equal(api, KEPT, OTHER)
    assert (await _reindex(settings)).merged == 1
    async with opened(settings) as api:
        api.clock.move(days=settings.reopen_after_days, hours=2)
        [claim] = await api.claim(20)
        shown = await api.show(claim["claim_id"])
        assert (shown["reports"], [one["note"] for one in shown["history"]]) == (2, ["noted"])


async def test_the_decisions_about_two_items_are_one_history(settings: IntakeSettings) -> None:
    async with opened(settings) as api:
        await api.take_in(a_report(KEPT), a_report(OTHER))
        for address in (KEPT, OTHER):
            await _claim(api, address, assess=True)
        await _make_equal(api, KEPT, OTHER)
    assert (await _reindex(settings)).merged == 1
    [item] = await _items(settings)
    mine = select(func.count()).where(Assessment.item_id == item.item_id)
    assert await _scalar(settings, mine) == 2


async def test_the_doctor_of_a_machine_that_lacks_the_new_key_asks_for_no_reindex(
    settings: IntakeSettings,
) -> None:
    """Others serve with it: who reindexed anew would stop them."""
    async with opened(settings) as api:
        await api.take_in(a_report(KEPT))
    await _reindex(settings)
    newest_key = f"index-{newest(read_keys(settings.folder).indexes)}.key"
    (settings.folder / newest_key).rename(settings.data_dir / newest_key)
    told = {one.name: one.advice for one in await asyncio.to_thread(check, settings) if not one.fine}
    assert f"{newest_key} is missing, and is in use" in told["intake database"]
    assert told["assessments and reports"] == "They are looked at once the key that is missing here is back."


async def test_the_audit_log_tells_which_item_went_into_which(settings: IntakeSettings) -> None:
    async with opened(settings) as api:
        await api.take_in(a_report(KEPT), a_report(OTHER))
        await _make_equal(api, KEPT, OTHER)
        before = {item.item_id for item in await _items(settings)}
    await _reindex(settings)
    async with opened(settings) as api:
        async with api.intake.database.reading() as session:
            last = select(AuditEntry).order_by(AuditEntry.sequence.desc()).limit(4)
            done, took_in, went, made = (await session.scalars(last)).all()
            assert await api.intake.audit.first_broken(session) is None
    [item] = await _items(settings)
    told = [entry.what for entry in (made, went, took_in, done)]
    assert told == ["key_in_use", "went_into_another", "took_another_in", "reindexed"]
    assert (took_in.subject, {went.subject, took_in.subject}) == (item.item_id, before)
    assert made.subject == done.subject == f"index-{newest(read_keys(settings.folder).indexes)}"


async def test_a_reindex_that_merges_nothing_is_told_too(settings: IntakeSettings) -> None:
    await _reindex(settings)
    newest_entry = select(AuditEntry.what).order_by(AuditEntry.sequence.desc()).limit(1)
    assert await _scalar(settings, newest_entry) == "reindexed"


@pytest.mark.parametrize("earlier", [False, True])
async def test_assessments_of_items_that_became_one_are_as_the_log_says(
    settings: IntakeSettings, *, earlier: bool
) -> None:
    """Those that an upgrade binds after the reindex too, of which the log named the item that is gone."""
    async with opened(settings) as api:
        await api.take_in(a_report(KEPT), a_report(OTHER))
        for claim in await api.claim(20):
            assert await _assess(api, claim["claim_id"]) == 201
            api.clock.move(minutes=1)
        await _make_equal(api, KEPT, OTHER)
    await _reindex(settings)
    keys = read_keys(settings.folder)
    audit, vault = AuditLog(keys.audit), Vault(keys)
    async with database_opened(settings.database_place()) as database:
        if earlier:
            await _take_out_what_entries_bind(database)
            async with database.writing() as session:
                await bind_earlier(session, audit, vault, NOON)
        async with database.reading() as session:
            assert (await session.scalars(select(func.count(Assessment.item_id.distinct())))).one() == 1
            assert await unlike_their_entries(session, audit, vault) == Unlike()


async def _take_out_what_entries_bind(database: Database) -> None:
    unguarded = {
        False: "DROP TRIGGER audit_log_refuses_update",
        True: "ALTER TABLE audit_log DISABLE TRIGGER ALL",
    }
    async with database.writing() as session:
        await session.execute(text(unguarded[database.is_postgresql]))
        await session.execute(update(AuditEntry).values(assessment_id=None, content=None))


def test_every_table_that_names_an_item_is_moved() -> None:
    """A new one needs its line in `_absorb`; a database refuses to let go of an item that it still names."""
    naming = {
        table.name
        for table in Base.metadata.tables.values()
        if any(key.column.table.name == "items" for key in table.foreign_keys)
    }
    assert naming == {"mentions", "sources", "queue_places", "assessments", "item_words"}


async def test_a_damaged_item_keeps_nobody_out(settings: IntakeSettings) -> None:
    async with opened(settings) as api:
        await api.take_in(a_report(KEPT), a_report(OTHER))
        async with api.intake.database.writing() as session:
            first = select(func.min(Item.item_id)).scalar_subquery()
            spoilt = f"{newest(api.intake.keys.current().vaults)}:spoilt".encode()
            await session.execute(update(Item).where(Item.item_id == first).values(given=spoilt))
    done = await _reindex(settings)
    assert (done.items, done.damaged) == (2, 1)
    await _require_indexed(settings)


async def test_nothing_is_done_while_a_vault_key_is_missing(settings: IntakeSettings) -> None:
    async with opened(settings) as api:
        await api.take_in(a_report(KEPT))
        async with api.intake.database.writing() as session:
            await session.execute(update(Item).values(given=b"k2:" + bytes(60)))
    with pytest.raises(NotReady, match=r"vault-k2.key is missing.* Copy it from another machine"):
        await _reindex(settings)
    assert await _scalar(settings, select(Item.index_key)) == "k1"


async def test_it_is_refused_while_an_intake_serves(settings: IntakeSettings) -> None:
    with serving(settings.folder), serving(settings.folder):
        with pytest.raises(NotReady, match=r"An intake is running\. Stop every one"):
            await _reindex(settings)
    assert number_of((await _reindex(settings)).key_id) == 2


async def test_no_intake_serves_while_it_runs(settings: IntakeSettings) -> None:
    def try_to_serve(_: int) -> None:
        with pytest.raises(NotReady, match="Wait until that has ended"), serving(settings.folder):
            pass
        tried.append(True)

    tried: list[bool] = []
    async with opened(settings) as api:
        await api.take_in(a_report(KEPT))
    await _reindex(settings, progress=try_to_serve)
    assert tried == [True]
    with serving(settings.folder):
        pass


async def test_the_command_says_what_it_did(settings: IntakeSettings) -> None:
    async with opened(settings) as api:
        await api.take_in(a_report(KEPT), a_report(OTHER))
        await _make_equal(api, KEPT, OTHER)
    done = await asyncio.to_thread(_command, settings)
    assert done.exit_code == 0
    assert f"New hashes with index-{newest(read_keys(settings.folder).indexes)}.key: 2 items." in done.output
    assert "Nothing needs older index keys any more. Delete their files on every machine." in done.output
    assert done.output.endswith("Make a backup now: the new key is in none that you have.\n")
    assert "Delete no backup: those of `reportline intake backup` hold the keys" in done.output
    assert "by this version's rules: 1." in done.output
    assert await _scalar(settings, select(func.count()).select_from(Item)) == 1


def test_the_command_is_refused_with_one_sentence_while_an_intake_serves(settings: IntakeSettings) -> None:
    with serving(settings.folder):
        done = _command(settings)
    assert (done.exit_code, done.output) == (
        1,
        "An intake is running. Stop every one, then run this again.\n",
    )


def _command(settings: IntakeSettings) -> Result:
    app = typer.Typer()
    app.command()(reindex)
    return CliRunner().invoke(app, env=environment(settings))


async def test_what_two_items_were_said_to_be_is_counted_for_the_one_that_is_kept(
    settings: IntakeSettings,
) -> None:
    """Each report once, also one that named both; and what it then no longer says is counted out."""
    both = a_report(KEPT, OTHER, note="of both", live="yes")
    alone = a_report(OTHER, note="of one", page_password="swordfish")
    async with opened(settings) as api:
        await api.take_in(both, alone, a_report(KEPT, note="of both"))
        await _make_equal(api, KEPT, OTHER)
    assert (await _reindex(settings)).merged == 1
    async with opened(settings) as api:
        [item] = await _items(settings)
        assert (item.notes, item.passwords, item.live, item.reports) == (3, 1, 1, 3)
        assert await _said_by(settings) == [1, 1, 2]
        await api.take_in(withdrawn(alone), revised(both, KEPT, note=None))
        [item] = await _items(settings)
        assert (item.notes, item.passwords, item.live, item.reports) == (1, 0, 1, 2)
        assert await _said_by(settings) == [1]


async def _said_by(settings: IntakeSettings) -> list[int]:
    """Return how many reports say each word."""
    async with database_opened(settings.database_place()) as database, database.reading() as session:
        return sorted(await session.scalars(select(ItemWord.reports)))


@pytest.mark.parametrize(
    ("outcome", "said", "kind", "state"),
    [
        ("not_found", {"page_password": "swordfish"}, "page_password", "waiting"),
        ("ignore", {"note": "a word"}, "note", "assessed"),
        ("ignore", {"circumstances": [Circumstance.DANGER_NOW]}, "danger_now", "waiting"),
    ],
)
async def test_words_of_an_item_that_waits_are_new_to_the_assessed_one_that_takes_it_in(
    settings: IntakeSettings, outcome: str, said: dict[str, Any], kind: str, state: str
) -> None:
    async with opened(settings) as api:
        await api.take_in(a_report(KEPT))
        await _assess_next(api, outcome)
        await api.take_in(a_report(OTHER, **said))
        await _make_equal(api, KEPT, OTHER)
    await _reindex(settings)
    [item] = await _items(settings)
    assert (item.state, item.changed_words) == (state, kind)


async def test_of_two_assessed_items_the_later_outcome_holds_and_both_marks_stay(
    settings: IntakeSettings,
) -> None:
    """So what is said later of a page that was last not found brings it back."""
    async with opened(settings) as api:
        for address, outcome in ((KEPT, "ignore"), (OTHER, "ignore")):
            await api.take_in(a_report(address))
            await _assess_next(api, outcome)
        await api.take_in(a_report(KEPT, note="under the second post"))
        await api.take_in(a_report(OTHER, position="third post"))
        await _make_equal(api, KEPT, OTHER)
    await _reindex(settings)
    [item] = await _items(settings)
    both = "note position"
    assert (item.state, item.changed_words, item.unshown_words) == ("assessed", both, both)
    assert item.changed_on == NOON.date()


@pytest.mark.parametrize("gone_is_last", [True, False])
async def test_whether_a_page_could_be_seen_is_told_by_the_later_of_two_assessments(
    settings: IntakeSettings, *, gone_is_last: bool
) -> None:
    async with opened(settings) as api:
        await api.take_in(a_report(KEPT), a_report(OTHER))
        gone, kept = await _chosen(api, lower=True)
        first, last = (kept, gone) if gone_is_last else (gone, kept)
        await _decide(api, await _claim(api, first), "ignore")
        await _decide(api, await _claim(api, last), "not_found")
        await _make_equal(api, KEPT, OTHER)
    await _reindex(settings)
    [item] = await _items(settings)
    assert item.unseen


async def _assess_next(api: RunningApi, outcome: str) -> None:
    [claim] = await api.claim()
    await _decide(api, claim["claim_id"], outcome)


async def _decide(api: RunningApi, claim_id: str, outcome: str) -> None:
    path = f"/v1/queue/claims/{claim_id}/assessment"
    assert (await api.analyst.post(path, json={"outcome": outcome})).status_code == 201


async def test_what_two_items_remember_of_their_returns_stays(settings: IntakeSettings) -> None:
    """So who made both come back today brings neither back again."""
    async with opened(settings) as api:
        for address, said in ((KEPT, {"note": "A"}), (OTHER, {"circumstances": [Circumstance.DANGER_NOW]})):
            report = a_report(address)
            await api.take_in(report)
            await _assess_next(api, "not_found")
            await api.take_in(revised(report, **said))
            await _assess_next(api, "not_found")
        await _make_equal(api, KEPT, OTHER)
    await _reindex(settings)
    async with opened(settings) as api:
        await api.take_in(a_report(KEPT, note="B", circumstances=[Circumstance.DANGER_NOW]))
        [item] = await _items(settings)
        assert (item.state, item.changed_words, item.recalled_by) == ("assessed", "note", "danger_now")

"""What reporters say, and what colleagues hold, is reached with the client, however much there is."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from intake_api.commands.intake import intake
from intake_api.settings import IntakeSettings
from tests.intake_api.running_api import prepare
from tests.intake_api.served_api import ServedApi, serving
from tests.reportline_queue.test_client import Client, first_id, new_key, numbers_in


@pytest.fixture
def served(tmp_path: Path) -> Iterator[ServedApi]:
    """Serve an intake for one test."""
    prepare(IntakeSettings(data_dir=tmp_path))
    with serving(tmp_path) as process:
        yield process


@pytest.fixture
def analyst(served: ServedApi) -> Client:
    return Client(served, new_key(served.folder, "analyst"))


@pytest.fixture
def lead(served: ServedApi) -> Client:
    return Client(served, new_key(served.folder, "lead"))


def test_all_items_of_a_host_are_reached(analyst: Client) -> None:
    for number in range(3):
        analyst.hand_in(*(f"https://large.example/{number}/{page}" for page in range(20)))
    search = ("search", "--host", "large[.]example")
    for _ in range(400):
        first = analyst.told(*search)
        if len(re.findall("^item ", first, re.MULTILINE)) == 50:
            break
    cursor = first.split()[-1]
    assert first.endswith(f"More were reported earlier: the same search with --after {cursor}\n")
    rest = first
    for _ in range(400):
        rest = analyst.told(*search, "--after", cursor)
        if len(re.findall("^item ", rest, re.MULTILINE)) == 10:
            break
    ids = re.findall("^item ([0-9a-f]{32})$", first + rest, re.MULTILINE)
    assert len(set(ids)) == 60
    last = f"0-{'0' * 32}"
    assert analyst.told(*search, "--after", last).endswith("\nNothing follows.\n")


def test_all_reports_of_an_item_are_reached_and_what_they_tell_is_summed_up(analyst: Client) -> None:
    address = "https://crowd.example/1"
    claims = [analyst.claim(address, "https://crowd.example/2", note="the one that matters", live="yes")]
    claims += numbers_in(analyst.told("next"))
    first = "address\n\u2068hxxps://crowd[.]example/1\u2069"
    [claim] = [one for one in claims if analyst.told("show", one).startswith(first)]
    for _ in range(51):
        analyst.hand_in(address)
    item_id = first_id(analyst.told("search", address))
    for _ in range(400):
        shown = analyst.told("item", item_id)
        if "More of its reports" in shown:
            break
    assert "report 1 of 5" in shown
    assert shown.index("a live stream 1") < shown.index("report 1 of")
    assert "the one that matters" in shown
    assert "named together with\nitem " in shown
    assert "hxxps://crowd[.]example/2" in shown
    for screen, named in ((shown, item_id), (analyst.told("show", claim), claim)):
        told = re.search(rf"reportline queue (reports {named} --after [01][0-9a-f]{{16}})\n", screen)
        assert told is not None
        more = analyst.told(*told[1].split())
        assert 1 <= len(re.findall("^a report$", more, re.MULTILINE)) <= 2


def test_what_came_after_an_assessment_is_told(analyst: Client) -> None:
    address = "https://late.example/1"
    analyst.assess(address)
    analyst.hand_in(address, position="third post")
    for _ in range(400):
        found = analyst.told("search", address)
        if "changed since" in found:
            break
    item_id = first_id(found)
    for shown in (found, analyst.told("item", item_id)):
        assert re.search(r"changed since +it was looked at, last on \d{4}-\d\d-\d\d: position *\n", shown)


def test_a_lead_sees_who_holds_what_and_frees_it(analyst: Client, lead: Client) -> None:
    claim = analyst.claim_id(analyst.claim("https://example.com/16"))
    held = lead.told("claims")
    [told] = re.findall(rf"^claim {claim}\n +held by +{analyst.key_id}, one", held, re.MULTILINE)
    assert told
    assert "example" not in held
    assert lead.told("free", claim) == "It is back in the queue.\n"
    assert claim not in lead.told("claims")
    assert analyst.told("mine").startswith("You hold no claim.\n")
    assert analyst.refused("claims").startswith(
        "Your access key does not open this: leads lift and export, see and free claims,"
    )
    assert lead.refused("free", claim).startswith("Nobody holds this claim.")


def test_a_revoked_key_holds_nothing_any_more(analyst: Client, lead: Client) -> None:
    claim = analyst.claim_id(analyst.claim("https://example.com/17"))
    revoked = CliRunner().invoke(
        intake, ["key", "revoke", analyst.key_id], env={"REPORTLINE_DATA_DIR": str(analyst.served.folder)}
    )
    assert revoked.stdout == "The key opens nothing any more, and what its owner held waits again.\n"
    assert claim not in lead.told("claims")
    audited = lead.colleague("auditor").told("audit")
    assert re.search(r"key_revoked +\n +operator +\S+ +\n\d+ +[-\d: ]+ claim_freed", audited)

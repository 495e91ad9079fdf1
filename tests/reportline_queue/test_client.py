"""Each command of the analysts' client works against a real API, and each failure has its sentence."""

import asyncio
import csv
import io
import itertools
import json
import os
import pty
import re
import secrets
import sqlite3
import stat
import subprocess
import sys
import termios
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import httpx
import pytest
from sqlalchemy import Executable, insert, update
from typer.testing import CliRunner, Result

from intake_api.analysts.decision import Decision
from intake_api.analysts.vocabulary import NEWEST
from intake_api.clock import utc_now
from intake_api.commands.intake import intake
from intake_api.settings import IntakeSettings
from intake_api.store.database import opened
from intake_api.store.models import Assessment, Exposure, Item
from intake_api.store.place import checked_database_place
from reportline_queue.client import queue
from tests.intake_api.running_api import a_report, prepare
from tests.intake_api.served_api import ServedApi, serving

DECIDED = {
    "outcome": "national",
    "severity": "C",
    "youngest_child": "pubescent",
    "gender": "both",
    "site_type": "image_host",
    "hosting_country": "NL",
    "commerciality": "commercial",
    "payment_method": "visa",
    "non_photographic": "no",
    "flags": "virtual, user_generated",
    "action": "unavailable",
    "action_reason": "link_expired",
    "note": "two mirrors",
}
NO_PLACE = "--after takes where the page before ended: copy it from the screen.\n"
IN_FLAGS = ("--photographic", "--flag", "virtual", "--flag", "user_generated")
OPTIONS = [
    word
    for name, value in DECIDED.items()
    if name not in {"non_photographic", "flags"}
    for word in (f"--{name.replace('_', '-')}", value)
]


@dataclass
class Client:
    """The client of one analyst, and the intake to which it speaks."""

    served: ServedApi
    token: str

    @property
    def key_id(self) -> str:
        """The id of the analyst's key."""
        return self.token.split("-")[1]

    def run(self, *arguments: str, typed: str | bytes = "", **environment: str) -> Result:
        """Run a command of the client."""
        ours = {
            "REPORTLINE_DATA_DIR": str(self.served.folder),
            "REPORTLINE_INTAKE_URL": self.served.url,
            "REPORTLINE_ANALYST_TOKEN": self.token,
            "COLUMNS": "100",
            "NO_COLOR": "1",
        }
        return CliRunner().invoke(queue, arguments, env=ours | environment, input=typed)

    def told(self, *arguments: str, **more: Any) -> str:
        """Run a command that does what it is asked; gives what it prints."""
        ended = self.run(*arguments, **more)
        assert (ended.exit_code, ended.stderr) == (0, "")
        return ended.stdout

    def refused(self, *arguments: str, **more: Any) -> str:
        """Run a command that cannot do it; gives the sentence that it ends with."""
        ended = self.run(*arguments, **more)
        assert (ended.exit_code, ended.stdout) == (1, "")
        assert isinstance(ended.exception, SystemExit)
        return ended.stderr

    def wrongly_called(self, *arguments: str) -> str:
        """Run a command with an option that takes no such value; gives the sentence that it ends with."""
        ended = self.run(*arguments)
        assert (ended.exit_code, ended.stdout) == (2, "")
        return ended.stderr

    def claim(self, *addresses: str, **said: Any) -> str:
        """Report these addresses, and claim what comes into the queue; gives the claim's number."""
        self.hand_in(*addresses, **said)
        for _ in range(400):
            if found := numbers_in(self.told("next")):
                return found[0]
        raise AssertionError("the report never came into the queue")

    def hand_in(self, *addresses: str, **said: Any) -> None:
        """Report these addresses."""
        assert self.served.hand_in(a_report(*addresses, **said)).status_code == 202

    def assess(self, address: str, *options: str) -> str:
        """Report an address, and decide about it; gives the assessment."""
        claim = self.claim(address)
        item_id = first_id(self.told("show", claim))
        self.told("assess", claim, "--outcome", "ignore", *options)
        return assessments_in(self.told("item", item_id))[-1]

    def claim_id(self, number: str) -> str:
        """Give the id of a claim, as the intake's contract names it."""
        with httpx.Client(base_url=self.served.url, trust_env=False) as client:
            key = {"Authorization": f"Bearer {self.token}"}
            held = client.get("/v1/queue/claims", headers=key).json()["claims"]
        [claim_id] = [claim["claim_id"] for claim in held if str(claim["number"]) == number]
        return str(claim_id)

    def colleague(self, role: str) -> "Client":
        """Make a client with a key of another person."""
        return Client(self.served, new_key(self.served.folder, role))

    def behind_its_back(self, change: Executable) -> None:
        """Change the database without the intake."""
        asyncio.run(_write(self.served.folder, change))


def new_key(folder: Path, role: str) -> str:
    made = CliRunner().invoke(intake, ["key", "add", role, "one"], env={"REPORTLINE_DATA_DIR": str(folder)})
    return made.stdout.strip()


async def _write(folder: Path, change: Executable) -> None:
    async with opened(checked_database_place(IntakeSettings(data_dir=folder))) as database:
        async with database.writing() as session:
            await session.execute(change)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedApi]:
    """Serve one intake for the tests of this file."""
    folder = tmp_path_factory.mktemp("served")
    prepare(IntakeSettings(data_dir=folder))
    with serving(folder, time_zone=_zone_where_it_is_late()) as process:
        yield process


def _zone_where_it_is_late() -> str:
    """Name a time zone whose day began twelve hours ago or more, so that a day of exposure may lie in it."""
    return "Etc/GMT-12" if utc_now().hour < 12 else "UTC"


@pytest.fixture(scope="module")
def lead(served: ServedApi) -> Client:
    return Client(served, new_key(served.folder, "lead"))


@pytest.fixture
def analyst(served: ServedApi, lead: Client) -> Iterator[Client]:
    """Make a client of an analyst who holds no claim."""
    yield Client(served, new_key(served.folder, "analyst"))
    lead.told("next", "20")


def test_a_report_is_taken_shown_and_assessed(analyst: Client) -> None:
    claim = analyst.claim("https://example.com/1?a=b#c", note="third post", referer="https://example.net/x")
    shown = analyst.told("show", claim)
    assert "hxxps://example[.]com/1?a=b[#]c" in shown
    assert "hxxps://example[.]net/x" in shown
    assert "third post" in shown
    recorded = analyst.told("assess", claim, *OPTIONS, *IN_FLAGS)
    assert recorded == (
        f"Recorded: national, for claim {claim}, \u2068example[.]com\u2069.\n"
        "To change it: reportline queue assess --corrects last --outcome …\n"
    )


def test_every_field_of_a_decision_is_sent_and_shown_again(analyst: Client) -> None:
    assert DECIDED.keys() == Decision.model_fields.keys()
    claim = analyst.claim("https://example.com/2")
    item_id = first_id(analyst.told("show", claim))
    analyst.told("assess", claim, *OPTIONS, *IN_FLAGS)
    shown = analyst.told("item", item_id)
    for name, value in DECIDED.items():
        assert re.search(rf"^  {name.replace('_', '-')} +{value} *$", shown, re.MULTILINE)


def test_a_correction_takes_every_field_and_keeps_the_history(analyst: Client) -> None:
    claim = analyst.claim("https://example.com/3")
    item_id = first_id(analyst.told("show", claim))
    analyst.told("assess", claim, "--outcome", "ignore")
    [first] = assessments_in(analyst.told("item", item_id))
    corrected = analyst.told("assess", "--corrects", first.upper(), *OPTIONS, *IN_FLAGS)
    assert corrected.startswith(
        "Corrected: national, \u2068example[.]com\u2069. The earlier assessment stays in the history.\n"
    )
    shown = analyst.told("item", item_id)
    assert "assessed as national" in shown
    assert f"assessment {first}" in shown
    assert re.search(rf"corrects +{first}", shown)
    for name, value in DECIDED.items():
        assert re.search(rf"^  {name.replace('_', '-')} +{value} *$", shown, re.MULTILINE)
    refusal = analyst.refused("assess", "--corrects", first, "--outcome", "ignore")
    assert refusal == "A newer assessment is there. Show the item, and correct the newest.\n"


def test_nobody_corrects_what_another_decided_but_a_lead(analyst: Client, lead: Client) -> None:
    assessment = analyst.assess("https://example.com/4")
    correction = ("assess", "--corrects", assessment, "--outcome", "national")
    assert analyst.colleague("analyst").refused(*correction).startswith("There is nothing under this id,")
    assert lead.told(*correction).startswith("Corrected: national, ")


def test_the_last_assessment_is_corrected_without_its_id(analyst: Client) -> None:
    correction = ("assess", "--corrects", "last", "--outcome", "national")
    assert analyst.refused(*correction) == "You have recorded no assessment yet.\n"
    analyst.assess("https://example.com/44")
    for outcome in ("national", "baseline"):
        corrected = analyst.told("assess", "--corrects", "last", "--outcome", outcome)
        assert corrected.startswith(f"Corrected: {outcome}, ")


def test_the_only_claim_need_not_be_named(analyst: Client) -> None:
    claim = analyst.claim("https://example.com/5")
    assert "hxxps://example[.]com/5" in analyst.told("show")
    assert re.fullmatch(rf"Yours until \d\d:\d\d UTC\S*: claim {claim}\.\n", analyst.told("keep"))
    assert analyst.told("release") == f"Back in the queue: claim {claim}.\n"
    claim = analyst.claim("https://example.com/55")
    analyst.told("show")
    assert analyst.told("assess", "--outcome", "ignore").startswith(f"Recorded: ignore, for claim {claim}, ")


@pytest.mark.parametrize("command", [["show"], ["keep"], ["release"], ["assess", "--outcome", "ignore"]])
def test_who_holds_no_claim_is_told(analyst: Client, command: list[str]) -> None:
    assert analyst.refused(*command) == "You hold no claim. `reportline queue next` takes one.\n"


def test_of_several_claims_one_is_named_by_its_number_or_its_id(analyst: Client, lead: Client) -> None:
    claims = [analyst.claim(f"https://example.com/6/{number}") for number in range(2)]
    assert claims == ["1", "2"]
    assert analyst.refused("release").startswith("You hold 2 claims: name one by its number.")
    assert "hxxps://example[.]com/6/1" in analyst.told("show", "2")
    for claim_id in re.findall(rf"claim ([0-9a-f]{{16}})\n +held by +{analyst.key_id}", lead.told("claims")):
        for typed in (claim_id.upper(), f"{claim_id[:15]}"):
            assert "hxxps://example[.]com/6/" in analyst.told("show", typed)
    for unknown in ("z", "3", "0"):
        assert analyst.refused("show", unknown).startswith("You hold no claim of this number or name.")


def test_a_number_is_not_soon_another_claims(analyst: Client) -> None:
    for page in range(3):
        analyst.claim(f"https://example.com/66/{page}")
    analyst.told("release", "2")
    assert analyst.claim("https://example.com/66/3") == "4"
    assert numbers_in(analyst.told("mine")) == ["1", "3", "4"]
    assert "hxxps://example[.]com/66/2" in analyst.told("show", "3")


def test_several_claims_are_kept_and_put_back_at_once(analyst: Client) -> None:
    for page in range(3):
        analyst.claim(f"https://example.com/67/{page}")
    kept = analyst.told("keep", "1", "3", "1")
    assert re.findall(r"(?m)^Yours until .*: claim (\d)\.$", kept) == ["1", "3"]
    assert analyst.refused("release", "1", "--all") == "Name claims, or give --all, not both.\n"
    assert analyst.refused("release", "1", "9").startswith("You hold no claim of this number")
    assert numbers_in(analyst.told("mine")) == ["1", "2", "3"]
    released = analyst.told("release", "--all")
    assert re.findall(r"(?m)^Back in the queue: claim (\d)\.$", released) == ["1", "2", "3"]
    assert analyst.refused("release", "--all") == "You hold no claim. `reportline queue next` takes one.\n"


def test_of_several_claims_one_that_is_lost_does_not_hold_up_the_others(analyst: Client) -> None:
    for page in range(2):
        analyst.claim(f"https://example.com/68/{page}")
    held = update(Item).where(Item.claimed_by == analyst.key_id, Item.claim_number == 1)
    analyst.behind_its_back(held.values(claimed_at=utc_now() - timedelta(hours=8)))
    ended = analyst.run("keep", "--all")
    assert ended.exit_code == 1
    assert re.fullmatch(r"Yours until .*: claim 2\.\n", ended.stdout)
    assert ended.stderr.startswith("claim 1: This claim does not hold.")


def test_nobody_decides_about_what_they_were_not_shown(analyst: Client) -> None:
    for page in range(2):
        analyst.claim(f"https://example.com/69/{page}")
    analyst.told("show", "1")
    decide = ("assess", "1", "2", "--outcome", "not_found")
    assert analyst.refused(*decide) == (
        "You were not shown claim 2, so nothing was recorded. `reportline queue show 2` shows it; `release` "
        "puts it back.\n"
    )
    analyst.told("show", "2")
    recorded = analyst.told(*decide)
    assert re.findall(r"(?m)^Recorded: not_found, for claim (\d), ", recorded) == ["1", "2"]


def test_the_claims_one_holds_are_listed_with_hosts_defanged(analyst: Client) -> None:
    assert analyst.told("mine").startswith("You hold no claim.\n")
    claims = [analyst.claim(f"https://example.com/7/{number}") for number in range(2)]
    listed = analyst.told("mine")
    assert numbers_in(listed) == claims
    assert listed.count("\u2068example[.]com\u2069") == 2
    assert listed.count("not shown yet") == 2
    assert "example.com" not in listed
    assert analyst.colleague("analyst").told("mine").startswith("You hold no claim.\n")


def test_several_items_are_taken_at_once(analyst: Client) -> None:
    colleague = analyst.colleague("analyst")
    for page in (1, 2):
        colleague.told("release", colleague.claim(f"https://example.com/8/{page}"))
    assert numbers_in(analyst.told("next", "2")) == ["1", "2"]


def test_what_is_taken_may_be_of_one_language_and_kind(analyst: Client) -> None:
    colleague = analyst.colleague("analyst")
    colleague.told("release", colleague.claim("https://example.com/9", language="ur"))
    nothing = "Nothing of this language or kind waits for you.\n"
    assert analyst.told("next", "--language", "pt").startswith(nothing)
    assert analyst.told("next", "--kind", "onion").startswith(nothing)
    assert "ur" in analyst.told("next", "--language", "ur", "--kind", "web")
    assert analyst.refused("next", "--language", "Urdu").startswith(
        "A language is two or three small letters"
    )


def test_an_empty_queue_is_told(analyst: Client, lead: Client) -> None:
    lead.told("next", "20")
    assert analyst.told("next").startswith("Nothing waits for you.\n")


def test_a_released_claim_is_lost_and_said_so(analyst: Client) -> None:
    analyst.claim("https://example.com/10")
    claim = analyst.claim_id("1")
    analyst.told("release")
    decide = ("--outcome", "ignore")
    for lost in (("release", claim), ("show", claim), ("keep", claim), ("assess", claim, *decide)):
        assert analyst.refused(*lost).startswith("This claim does not hold. It was released, assessed,")


def test_no_address_can_be_clicked_unless_asked_for(analyst: Client) -> None:
    claim = analyst.claim("https://example.com/11", note="same as https://example.org/3, see @example")
    item_id = first_id(analyst.told("show"))
    assert not re.search(r"https?:|\w\.\w|@\w", analyst.told("show"))
    assert "\nhttps://example.com/11\n" in analyst.told("show", "--plain-addresses")
    analyst.told("assess", claim, "--outcome", "ignore", "--note", "as https://example.org/4")
    assert not re.search(r"https?:|\w\.\w|@\w", analyst.told("item", item_id))
    assert "\nhttps://example.com/11\n" in analyst.told("item", item_id, "--plain-addresses")


def test_a_plain_address_comes_whole_and_as_it_is_on_one_line(analyst: Client) -> None:
    address = f"https://example.com:8080/:heart:/[b]/{'a' * 600}"
    analyst.claim(address)
    assert f"\n{address}\n" in analyst.told("show", "--plain-addresses", COLUMNS="40")


@pytest.mark.parametrize("columns", ["30", "60", "200"])
def test_a_claims_number_is_read_in_a_terminal_of_any_width(analyst: Client, columns: str) -> None:
    claim = analyst.claim()
    assert numbers_in(analyst.told("mine", COLUMNS=columns)) == [claim]


def test_what_a_reporter_wrote_does_not_command_the_terminal(analyst: Client) -> None:
    note = "[red]third[/red] \x1b[2J\x07\u202epost\u2066\r\nsecond \U000e0041line"
    analyst.claim("https://example.com/12", note=note)
    shown = analyst.told("show")
    assert "[red]third[/red]" in shown
    assert not {"\x1b", "\x07", "\u202e", "\u2066", "\r", "\U000e0041"} & set(shown)


@pytest.mark.parametrize(
    ("arguments", "typed"),
    [
        (["https://example.com/13?a=b#c"], ""),
        (["hxxps://example[.]com/13?a=b[#]c"], ""),
        ([], "HTTPS://EXAMPLE.com/13?a=b&fbclid=1#c\n"),
        ([], "see https://example.com/13?a=b#c"),
    ],
)
def test_an_item_is_found_by_its_address_however_it_is_typed(
    analyst: Client, arguments: list[str], typed: str
) -> None:
    analyst.hand_in("https://example.com/13?a=b#c")
    for _ in range(400):
        found = analyst.told("search", *arguments, typed=typed)
        if "No item" not in found:
            break
    assert re.search(
        r"^\u2068hxxps://(?i:example)\[\.\]com/13\?a=b\[#\]c\u2069\nPaths are .*\nitem [0-9a-f]{32}\n", found
    )
    assert "ar; es" in found


def test_the_items_of_a_host_are_found(analyst: Client) -> None:
    analyst.told("release", analyst.claim("https://host.example/14/1"))
    analyst.claim("https://host.example/14/2")
    found = analyst.told("search", "--host", "host.example")
    withheld = "Paths are withheld here: `reportline queue item ITEM` shows one, and the guard counts it."
    assert found.startswith(f"\u2068host[.]example\u2069\n{withheld}\nitem ")
    assert "/14/" not in found
    assert len(re.findall("^item ", found, re.MULTILINE)) == 2
    for typed in ("host[.]example", "\u2068host[.]example\u2069", " host.example ", "HOST.example"):
        shown = analyst.told("search", "--host", typed)
        assert shown.partition("\n")[2] == found.partition("\n")[2]
        assert shown.lower().startswith("\u2068host[.]example\u2069\n")


@pytest.mark.parametrize(
    ("arguments", "typed", "sentence"),
    [
        (["https://example.com/", "--host", "example.com"], "", "Give an address or a host, not both."),
        ([], "", "An address or a host is 1 to 2048 characters."),
        (["a" * 2049], "", "An address or a host is 1 to 2048 characters."),
        (["--host", "a" * 2049], "", "An address or a host is 1 to 2048 characters."),
        (
            ["--host", "no host"],
            "",
            (
                "This is no host. Give a name such as multi.example, an IP address, or an address of the "
                "web: its host is looked for."
            ),
        ),
    ],
)
def test_what_cannot_be_searched_is_told(
    analyst: Client, arguments: list[str], typed: str, sentence: str
) -> None:
    assert analyst.refused("search", *arguments, typed=typed) == f"{sentence}\n"


def test_what_nobody_reported_is_not_found(analyst: Client) -> None:
    told = analyst.told("search", typed=b"https://example.com/\xff\xfe")
    assert "\nNo item has it. An address of which a reporter remembered only a part, or" in told


def test_an_address_that_is_typed_at_the_prompt_is_never_on_the_screen_as_it_is(analyst: Client) -> None:
    """A terminal of the system's: what is pasted there would stay in its history, and could be clicked."""
    ours, theirs = pty.openpty()
    ours_are = {
        "REPORTLINE_INTAKE_URL": analyst.served.url,
        "REPORTLINE_ANALYST_TOKEN": analyst.token,
        "TERM": "xterm",
    }
    process = subprocess.Popen(
        [sys.executable, "-c", "from reportline_queue.client import queue; queue()", "search"],
        env=os.environ | ours_are,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    )
    shown = _read_until(ours, b"not shown while you type")
    # Once it shows nothing: what is typed before is thrown away.
    while termios.tcgetattr(theirs)[3] & termios.ECHO:
        assert process.poll() is None
    os.close(theirs)
    os.write(ours, b"https://example.com/15\n")
    shown += _read_until(ours, None)
    os.close(ours)
    assert process.wait(20) == 0
    assert b"https://" not in shown
    assert b"hxxps://example[.]com/15" in shown
    assert b"No item has it." in shown


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["search", "A", "https://example.com/70"], "https[:]//example[.]com/70"),
        (["next", "--kind", "foo"], "'--kind': 'foo' is not one of"),
    ],
)
def test_a_wrong_command_is_told_without_a_link_and_in_plain_words(
    analyst: Client, arguments: list[str], told: str
) -> None:
    ended = analyst.run(*arguments, TERMINAL_WIDTH="200")
    assert (ended.exit_code, ended.stdout) == (2, "")
    assert told in ended.stderr
    assert "Value error" not in ended.stderr


def test_the_words_are_shown_without_an_intake(tmp_path: Path) -> None:
    nowhere = {"REPORTLINE_DATA_DIR": str(tmp_path), "REPORTLINE_INTAKE_URL": "http://127.0.0.1:1"}
    every = CliRunner().invoke(queue, ["words"], env=nowhere).stdout
    assert all(re.search(rf"^  {name} ", every, re.MULTILINE) for name in NEWEST.lists)
    countries = CliRunner().invoke(queue, ["words", "hosting-country"], env=nowhere).stdout
    for value in NEWEST.lists["hosting_country"].values:
        assert re.search(rf"^  {value} ", countries, re.MULTILINE)


@pytest.mark.parametrize(
    ("option", "sentence"),
    [
        (
            ("--hosting-country", "Netherlands"),
            "--hosting-country has no such value. Do you mean NL (Netherlands)?",
        ),
        (
            ("--hosting-country", "qqq"),
            "Nothing is written like it. All of them: `reportline queue words hosting_c",
        ),
        (("--severity", "D"), "--severity has no such value. Choose from A, B, C."),
        (
            ("--flag", "virtal"),
            "--flag has no such value. Do you mean virtual (ICCAM's flag for virtual content)?",
        ),
    ],
)
def test_a_word_that_is_in_no_list_is_told_with_what_may_be_meant(
    analyst: Client, option: tuple[str, str], sentence: str
) -> None:
    assert sentence in analyst.wrongly_called("assess", "--outcome", "national", *option)


def test_a_note_that_is_too_long_is_told_as_one(analyst: Client) -> None:
    told = analyst.wrongly_called("assess", "1", "--outcome", "ignore", "--note", "a" * 2001)
    assert told == "A note has at most 2000 characters.\n"


@pytest.mark.parametrize("command", [("reports", "0" * 32), ("search", "--host", "host.example")])
def test_where_a_page_ended_is_copied_from_the_screen(analyst: Client, command: tuple[str, ...]) -> None:
    assert analyst.wrongly_called(*command, "--after", "zzz") == NO_PLACE


def test_a_lead_who_frees_what_nobody_holds_is_told_so(analyst: Client) -> None:
    told = analyst.colleague("lead").refused("free", "0" * 16)
    assert told == "Nobody holds this claim. `reportline queue claims` shows who holds what.\n"


@pytest.mark.parametrize("columns", ["60", "100"])
def test_the_help_names_every_option_of_a_decision_whole(analyst: Client, columns: str) -> None:
    shown = analyst.told("assess", "--help", COLUMNS=columns, TERMINAL_WIDTH=columns)
    for name in (DECIDED.keys() - {"flags"}) | {"corrects"}:
        assert f"  --{name.replace('_', '-')} " in shown
    assert "  --flag " in shown
    assert max(map(len, shown.splitlines())) <= int(columns) + 25


def test_a_claim_and_an_assessment_to_correct_are_not_both_named(analyst: Client) -> None:
    refusal = analyst.refused("assess", "0" * 16, "--corrects", "0" * 32, "--outcome", "ignore")
    assert refusal == "Name a claim, or an assessment to correct, not both.\n"


def test_a_contradiction_is_told_before_anything_is_sent(analyst: Client) -> None:
    refusal = analyst.refused("assess", "0" * 16, "--outcome", "ignore", "--severity", "A")
    assert refusal == "This does not go together: severity is for illegal material only.\n"


@pytest.mark.parametrize("claim", ["../counts-and-more", "a b", "é", "x/y", "%2e", "0" * 15 + "g", "0" * 17])
def test_what_is_no_claim_never_comes_into_a_path(analyst: Client, claim: str) -> None:
    sentence = "You hold no claim." if len(claim) < 16 else "What is named here has 16 characters"
    assert analyst.refused("show", claim).startswith(sentence)


def test_ids_may_be_typed_in_capitals(analyst: Client, lead: Client) -> None:
    """Wherever one is asked for, also with spaces around it, as a mouse copies it."""
    claim = analyst.claim("https://example.com/capitals")
    item_id = first_id(analyst.told("show", claim))
    claim_id = analyst.claim_id(claim)
    for typed in (item_id.upper(), f" {item_id} "):
        assert item_id in analyst.told("item", typed)
    assert "back in the queue" in lead.told("free", claim_id.upper())
    assert "They may go on until" in lead.told("lift", analyst.key_id.upper(), "--minutes", "1")


@pytest.mark.parametrize(
    ("command", "length"),
    [
        (["item", "../audit"], 32),
        (["assess", "--corrects", "x" * 32, "--outcome", "ignore"], 32),
        (["lift", "0" * 13, "--minutes", "1"], 12),
    ],
)
def test_what_is_no_id_is_told(analyst: Client, command: list[str], length: int) -> None:
    assert analyst.refused(*command).startswith(f"What is named here has {length} characters, 0-9 and a-f")


def test_who_needs_a_break_is_told_and_a_lead_lifts_it(analyst: Client, lead: Client) -> None:
    analyst.claim("https://example.com/16")
    assert "minutes until your break, after less than a minute today.\n" in analyst.told("mine")
    _exposed(analyst, timedelta(minutes=61))
    for command in (["next"], ["show"], ["keep"]):
        refusal = analyst.refused(*command)
        assert refusal.startswith(
            "Your break is due. Decide what you have seen, and release the rest: then your break of 10 "
            "minutes begins. A lead can lift this."
        )
        assert refusal.endswith(f"The id of your key, for the lead: {analyst.key_id}.\n")
    listed = analyst.told("mine")
    assert numbers_in(listed) == ["1"]
    assert "example" not in listed
    assert listed.endswith("Your break is due. It lasts 10 minutes, from when you hold nothing.\n")
    lift = ("lift", analyst.key_id, "--minutes", "30")
    assert analyst.refused(*lift).startswith("Your access key does not open this")
    lifted = lead.told(*lift)
    assert re.fullmatch(r"They may go on until \d\d:\d\d UTC\S*\.\n", lifted)
    shown = analyst.told("show")
    assert "example[.]com/16" in shown
    assert re.search(r"\nA lead has lifted your limits until \d\d:\d\d UTC\S*\.\n$", shown)


def test_who_holds_nothing_and_looks_at_their_list_is_not_exposed(analyst: Client) -> None:
    analyst.told("mine")
    assert _exposures(analyst) == 0
    analyst.claim("https://example.com/71")
    assert "example" in analyst.told("mine")
    assert _exposures(analyst) == 1


def test_whose_day_is_full_is_told_and_may_still_decide(analyst: Client) -> None:
    analyst.claim("https://example.com/17")
    analyst.told("show")
    _exposed(analyst, timedelta(hours=30))
    assert re.match(
        r"Your minutes of exposure for today are used up\. Decide what you have seen, and release the rest\. "
        r"Nothing new is opened until 00:00 on \d{4}-\d\d-\d\d \(\S+\)\. A lead can lift this\. The id",
        analyst.refused("next"),
    )
    assert "Your day is full: nothing new is opened until " in analyst.told("mine")
    assert analyst.told("assess", "--outcome", "ignore").startswith("Recorded: ignore")


def test_a_lift_for_nobody_is_refused(lead: Client) -> None:
    assert lead.refused("lift", "0" * 12, "--minutes", "30").startswith("There is nothing under this id,")


def test_an_auditor_notes_the_logs_head_down(analyst: Client) -> None:
    """Number and chain stand alone in a line, to be copied."""
    shown = analyst.colleague("auditor").told("audit", "--head")
    assert re.match(r"[0-9]+:[0-9a-f]{64}\nsignature [0-9a-f]{128}\npublic key [0-9a-f]{64}\nKeep", shown)
    assert analyst.refused("audit", "--head").startswith("Your access key does not open this")


def test_an_auditor_reads_the_log_from_any_entry(analyst: Client) -> None:
    auditor = analyst.colleague("auditor")
    claim = analyst.claim("https://example.com/18")
    item_id = first_id(analyst.told("show", claim))
    shown = auditor.told("audit")
    assert re.search(rf"address_read *\n +{analyst.key_id} +{item_id}", shown)
    [last] = re.findall(r"(?m)^What follows: reportline queue audit --after (\d+)$", shown)
    assert auditor.told("audit", "--after", last) == "Nothing follows.\n"
    later = auditor.told("audit", "--after", str(int(last) - 1))
    assert len(re.findall(r"[0-9a-f]{32}", later)) == 1
    assert analyst.refused("audit").startswith("Your access key does not open this")


def test_an_export_is_whole_over_its_pages_and_for_its_owner_only(
    analyst: Client, lead: Client, tmp_path: Path
) -> None:
    item_id = _many_assessments(analyst, 120)
    analyst.behind_its_back(update(Assessment).values(assessed_at=utc_now() - timedelta(minutes=6)))
    tables = {form: tmp_path / form for form in ("csv", "ndjson")}
    for form, file in tables.items():
        told = lead.told("export", str(file), "--format", form)
        assert told.startswith(f"Written to {file}, which nobody else can read.")
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    rows = [json.loads(line) for line in tables["ndjson"].read_text().splitlines()]
    assert len({row["assessment_id"] for row in rows}) == len(rows)
    assert len([row for row in rows if row["item_id"] == item_id]) == 121
    table = tables["csv"].read_bytes()
    assert (table.count(b"\xef\xbb\xbf"), table.count(b'"assessment_id"')) == (1, 1)
    in_table = csv.DictReader(io.StringIO(table.decode("utf-8-sig"), newline=""))
    assert [row["assessment_id"] for row in in_table] == [row["assessment_id"] for row in rows]


def test_an_export_goes_on_where_the_last_one_ended(analyst: Client, lead: Client, tmp_path: Path) -> None:
    """So no address is noted as exported again that was exported before."""
    _many_assessments(analyst, 2)
    analyst.behind_its_back(update(Assessment).values(assessed_at=utc_now() - timedelta(minutes=6)))
    told = lead.told("export", str(tmp_path / "first"), "--format", "csv")
    [command] = re.findall(r"^What follows: reportline queue (export FILE .*)$", told, re.MULTILINE)
    _many_assessments(analyst, 2)
    later = update(Assessment).where(Assessment.assessed_at > utc_now() - timedelta(minutes=5, seconds=30))
    analyst.behind_its_back(later.values(assessed_at=utc_now() - timedelta(minutes=5, seconds=1)))
    for number, words in enumerate((command, command.replace("csv", "ndjson"))):
        lead.told(*words.replace("FILE", str(tmp_path / f"{number}")).split())
    first, table = [_assessments_in(tmp_path / name) for name in ("first", "0")]
    lines = [json.loads(line)["assessment_id"] for line in (tmp_path / "1").read_text().splitlines()]
    assert table == lines
    assert table
    assert not set(table) & set(first)
    wrongly = ("export", str(tmp_path / "2"), "--format", "csv", "--after", "nowhere")
    assert lead.wrongly_called(*wrongly) == NO_PLACE
    assert not (tmp_path / "2").exists()


def _assessments_in(table: Path) -> list[str]:
    read = csv.DictReader(io.StringIO(table.read_text(encoding="utf-8-sig"), newline=""))
    return [row["assessment_id"] for row in read]


def test_an_export_takes_no_other_files_place(analyst: Client, lead: Client, tmp_path: Path) -> None:
    there = tmp_path / "there"
    there.write_text("mine")
    refusal = lead.refused("export", str(there), "--format", "csv")
    assert refusal == f"{there} is there already, and stays as it is. Name another file.\n"
    assert there.read_text() == "mine"
    # Nothing is asked for, and nothing audited, that could not be written.
    away = {"REPORTLINE_INTAKE_URL": "http://127.0.0.1:1"}
    assert lead.refused("export", str(there), "--format", "csv", **away) == refusal
    nowhere = tmp_path / "no" / "where"
    refusal = lead.refused("export", str(nowhere), "--format", "csv")
    assert refusal == f"{nowhere} cannot be written: No such file or directory.\n"
    assert analyst.refused("export", str(tmp_path / "new"), "--format", "csv").startswith(
        "Your access key does"
    )
    assert list(tmp_path.iterdir()) == [there]


# The database takes the audit log's entry of a page that has the item, and no second one.
ONE_PAGE_ALONE = """
CREATE TRIGGER one_page BEFORE INSERT ON audit_log
WHEN NEW.what = 'address_exported' AND NEW.subject = 'ITEM'
    AND EXISTS (SELECT 1 FROM audit_log WHERE what = 'address_exported' AND subject = 'ITEM')
BEGIN SELECT RAISE(ABORT, 'no'); END
"""


def test_of_an_export_that_fails_nothing_is_left_and_the_incident_is_told(
    analyst: Client, lead: Client, tmp_path: Path
) -> None:
    """An item has more assessments than a page, and the second page fails."""
    item_id = _many_assessments(analyst, 120)
    file = IntakeSettings(data_dir=analyst.served.folder).database_file
    with closing(sqlite3.connect(file)) as database:
        database.execute(ONE_PAGE_ALONE.replace("ITEM", item_id))
        refusal = lead.refused("export", str(tmp_path / "file"), "--format", "ndjson")
        database.execute("DROP TRIGGER one_page")
    assert re.search(r"^Something went wrong on our side\. .* Incident [0-9a-z-]+\.$", refusal)
    assert list(tmp_path.iterdir()) == []


def test_a_database_that_cannot_be_used_is_told_with_its_incident(analyst: Client) -> None:
    file = IntakeSettings(data_dir=analyst.served.folder).database_file
    with closing(sqlite3.connect(file)) as database:
        database.execute("ALTER TABLE exposures RENAME TO elsewhere")
        refusal = analyst.refused("next")
        database.execute("ALTER TABLE elsewhere RENAME TO exposures")
    assert re.search(r" Incident [0-9a-z-]+\.$", refusal)


def test_stats_count_items_and_reports(analyst: Client) -> None:
    assert "waiting" in analyst.told("stats")


@pytest.mark.parametrize(
    ("environment", "sentence"),
    [
        ({"REPORTLINE_INTAKE_URL": "http://127.0.0.1:1"}, "The intake does not answer at http://127.0.0.1:1"),
        ({"REPORTLINE_INTAKE_URL": "http://example.com"}, "use https"),
        ({"REPORTLINE_INTAKE_URL": "nonsense"}, "write it as https://host"),
        ({"REPORTLINE_ANALYST_TOKEN": "wrong"}, "Your access key opens nothing: it is not whole,"),
        ({"REPORTLINE_ANALYST_TOKEN": "\u00e9"}, "Your access key is damaged."),
        (
            {"REPORTLINE_ANALYST_TOKEN": "", "REPORTLINE_DATA_DIR": "/nowhere"},
            "You need an access key, and /nowhere/analyst.token is missing. Write the key into a file",
        ),
        (
            {"REPORTLINE_ANALYST_TOKEN": "", "REPORTLINE_ANALYST_TOKEN_FILE": "/nowhere/key"},
            "You need an access key, and /nowhere/key is missing. ",
        ),
    ],
)
def test_every_failure_is_a_sentence(analyst: Client, environment: dict[str, str], sentence: str) -> None:
    assert sentence in analyst.refused("mine", **environment)


def test_a_channels_key_is_told_to_be_of_another_door(analyst: Client) -> None:
    channel = Client(analyst.served, analyst.served.token("channel"))
    assert channel.refused("next").startswith("Your access key does not open this: leads lift and export,")


def test_the_key_in_the_data_folder_is_taken_where_the_environment_has_none(analyst: Client) -> None:
    told = analyst.told("mine", REPORTLINE_ANALYST_TOKEN="")
    assert told.startswith("You hold no claim.\n")


def test_the_key_in_a_file_of_ones_own_is_taken_if_nobody_else_can_read_it(
    analyst: Client, tmp_path: Path
) -> None:
    file = tmp_path / "key"
    file.write_text(f"{analyst.token}\n")
    file.chmod(0o600)
    elsewhere = {"REPORTLINE_ANALYST_TOKEN": "", "REPORTLINE_DATA_DIR": "/nowhere"}
    named = {**elsewhere, "REPORTLINE_ANALYST_TOKEN_FILE": str(file)}
    assert analyst.told("mine", **named).startswith("You hold no claim.\n")
    for mode in (0o640, 0o604):
        file.chmod(mode)
        assert "chmod 600" in analyst.refused("mine", **named)


def test_a_key_is_read_only_from_a_file_that_ends(analyst: Client, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "key").write_text(" " * 2000 + analyst.token)
    (tmp_path / "key").chmod(0o600)
    for path, sentence in (
        (tmp_path / "pipe", f"{tmp_path}/pipe is a folder, a device or a pipe. "),
        (tmp_path, f"{tmp_path} is a folder, a device or a pipe. "),
        (Path("/dev/zero"), "/dev/zero is a folder, a device or a pipe. "),
        (tmp_path / "key" / "key", f"{tmp_path}/key/key cannot be read: Not a directory. "),
        (tmp_path / "key", "Your access key is damaged."),
    ):
        refusal = analyst.refused(
            "mine", REPORTLINE_ANALYST_TOKEN="", REPORTLINE_ANALYST_TOKEN_FILE=str(path)
        )
        assert sentence in refusal


def test_the_key_goes_through_no_proxy(analyst: Client) -> None:
    assert analyst.told("mine", HTTP_PROXY="http://127.0.0.1:1", ALL_PROXY="http://127.0.0.1:1")


class _Stranger(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(int(self.path.split("/")[1]))
        self.send_header("Location", "/200/")
        self.send_header("Link", '<http://elsewhere.example/?after=1-0>; rel="next"')
        self.end_headers()
        self.wfile.write(b"<html>\x1b[2J</html>")

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def stranger() -> Iterator[str]:
    """Serve something that is not the intake."""
    with HTTPServer(("127.0.0.1", 0), _Stranger) as server:
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        ("200", "is not this version of the intake"),
        ("302", "does not work as it should (it answers 302)"),
        ("502", "does not work as it should (it answers 502)"),
    ],
)
def test_whatever_else_answers_is_told_apart(
    analyst: Client, stranger: str, tmp_path: Path, status: str, sentence: str
) -> None:
    environment = {"REPORTLINE_INTAKE_URL": f"{stranger}/{status}"}
    assert sentence in analyst.refused("mine", **environment)
    assert sentence in analyst.refused("export", str(tmp_path / "file"), "--format", "ndjson", **environment)
    assert list(tmp_path.iterdir()) == []


# Far enough apart for what the tests assess in between.
_NUMBERS = itertools.count(1_000_000, 1_000)


def _many_assessments(analyst: Client, number: int) -> str:
    """Let an item have been decided about so many times, and once more with a note; gives the item."""
    claim = analyst.claim()
    item_id = first_id(analyst.told("show", claim))
    analyst.told("assess", claim, "--outcome", "ignore", "--note", "a\nnote")
    analyst.behind_its_back(insert(Assessment).values(_assessments(analyst, item_id, number)))
    return item_id


def _assessments(analyst: Client, item_id: str, number: int) -> list[dict[str, Any]]:
    first = next(_NUMBERS)
    return [
        {
            "sequence": first + place,
            "assessment_id": secrets.token_hex(16),
            "item_id": item_id,
            "claim_id": secrets.token_hex(8),
            "assessed_by": analyst.key_id,
            "assessed_at": utc_now() - timedelta(minutes=6),
            "vocabulary": 1,
            "outcome": "ignore",
            "details": {},
        }
        for place in range(number)
    ]


def numbers_in(listed: str) -> list[str]:
    """Read the numbers of claims from a table of them."""
    return re.findall(r"(?m)^│ (\d+) +│", listed)


def assessments_in(shown: str) -> list[str]:
    """Read the ids of assessments from an item, the oldest first."""
    return re.findall(r"(?m)^assessment ([0-9a-f]{32})$", shown)


def first_id(shown: str) -> str:
    found: list[str] = re.findall(r"\b[0-9a-f]{32}\b", shown)
    return found[0]


def _exposures(analyst: Client) -> int:
    """Count the analyst's stretches of exposure."""
    file = IntakeSettings(data_dir=analyst.served.folder).database_file
    with closing(sqlite3.connect(file)) as database:
        counted = database.execute("SELECT count(*) FROM exposures WHERE analyst = ?", (analyst.key_id,))
        return int(counted.fetchone()[0])


def _exposed(analyst: Client, length: timedelta) -> None:
    """Let an analyst have been exposed for so long until now."""
    now = utc_now()
    analyst.behind_its_back(
        insert(Exposure).values(
            exposure_id=analyst.key_id, analyst=analyst.key_id, began=now - length, ends=now
        )
    )


def _read_until(terminal: int, awaited: bytes | None) -> bytes:
    """Read what a terminal shows until something stands there, or until the program ends."""
    shown = b""
    while awaited is None or awaited not in shown:
        try:
            shown += os.read(terminal, 4096)
        except OSError:
            break
    return shown

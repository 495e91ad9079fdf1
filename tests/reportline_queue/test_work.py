"""An analyst works through the queue with the keyboard alone, and decides only what is on the screen."""

import os
import pty
import re
import struct
import subprocess
import sys
import termios
from collections.abc import Iterator
from datetime import timedelta
from fcntl import ioctl
from pathlib import Path
from select import select

import pytest
from sqlalchemy import delete, insert

from intake_api.clock import utc_now
from intake_api.settings import IntakeSettings
from intake_api.store.models import Exposure
from tests.intake_api.running_api import prepare
from tests.intake_api.served_api import ServedApi, serving
from tests.reportline_queue.test_client import Client, assessments_in, first_id, new_key, numbers_in

# The terminal becomes the command's own, so that Ctrl-C reaches it.
COMMAND = """
import fcntl, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
from reportline_queue.client import queue
queue()
"""

RELEASED = (
    r"Nothing else waits for you\. What you released goes to others first; "
    r"you can get it again from \d\d:\d\d UTC\S*\."
)


@pytest.fixture
def served(tmp_path: Path) -> Iterator[ServedApi]:
    """Serve an intake for one test."""
    prepare(IntakeSettings(data_dir=tmp_path))
    with serving(tmp_path) as process:
        yield process


@pytest.fixture
def analyst(served: ServedApi) -> Client:
    return Client(served, new_key(served.folder, "analyst"))


def _waiting(analyst: Client, *addresses: str, **said: str) -> None:
    """Report addresses, and wait until they can be claimed."""
    analyst.hand_in(*addresses, **said)
    for address in addresses:
        while "waiting" not in analyst.told("search", address):
            pass


def _typed(*lines: str) -> str:
    return "".join(f"{line}\n" for line in lines)


def test_a_terminal_of_80_columns_breaks_no_word_of_a_sentence_or_a_question(analyst: Client) -> None:
    _waiting(analyst, "https://one.example/1")
    searching = _Terminal(analyst, "search", "https://nowhere.example/")
    working = _Terminal(analyst, "work")
    shown = searching.read_until(None) + working.read_until(b"stop: ")
    working.type(b"1\n")
    while b"action" not in (asked := working.read_until(b": ")):
        shown += asked
        working.type(b"\n")
    shown += asked
    assert b"1 reported_to_lea, " in shown
    assert max(map(len, shown.decode().splitlines())) <= 80
    assert searching.end() == 0
    working.type(b"<\nstop\n")
    assert working.end() == 0


def test_each_item_is_taken_shown_and_decided_in_one_go(analyst: Client) -> None:
    _waiting(analyst, "https://one.example/1", note="third post")
    _waiting(analyst, "https://two.example/2")
    worked = analyst.told("work", typed=_typed("3", ".", "", "same", ""))
    shown = re.findall(r"hxxps://(\w+)\[\.\]example/", worked)
    assert sorted(shown) == ["one", "two"]
    recorded = re.findall(r"Recorded: ignore, for claim 1, \u2068(\w+)\[\.\]example\u2069\.", worked)
    assert recorded == shown
    assert worked.count("minutes until your break, after ") == 2
    assert worked.endswith("Nothing waits for you.\n")
    assert analyst.told("mine").startswith("You hold no claim.")


def test_the_fields_that_go_with_the_outcome_are_asked_for_and_recorded(analyst: Client) -> None:
    _waiting(analyst, "https://one.example/1")
    answers = ("base", "b", "3", "fem", "image_host", "?", "Netherl", "NL", "2", "visa", "no", "vir", "", "")
    worked = analyst.told("work", typed=_typed(*answers, "two mirrors", ""))
    assert "Do you mean NL?" in worked
    assert "\n1 " in worked
    assert "action reason" not in worked
    item = analyst.told("item", first_id(analyst.told("search", "https://one.example/1")))
    for name, value in {
        "outcome": "baseline",
        "severity": "B",
        "youngest-child": "pre_pubescent",
        "gender": "female",
        "site-type": "image_host",
        "hosting-country": "NL",
        "commerciality": "commercial",
        "payment-method": "visa",
        "non-photographic": "no",
        "flags": "virtual",
        "note": "two mirrors",
    }.items():
        assert re.search(rf"^  {name} +{value} *$", item, re.MULTILINE), name


def test_of_a_page_that_could_not_be_seen_only_the_action_is_asked_for(analyst: Client) -> None:
    _waiting(analyst, "https://one.example/1")
    worked = analyst.told("work", typed=_typed("not_f", "unavailable", "link_expired", "", ""))
    assert re.findall(r"(severity|site type|a flag|action reason|note for)", worked) == [
        "action reason",
        "note for",
    ]
    assert "Recorded: not_found, for claim 1" in worked


def test_what_was_mistyped_is_begun_anew_and_nothing_recorded_before_it_is_confirmed(analyst: Client) -> None:
    _waiting(analyst, "https://one.example/1")
    worked = analyst.told("work", typed=_typed("nonsense", "1", "<", "3", ".", "no", "2", ".", "", ""))
    assert "Type a number that is shown, a word, or a beginning that only one of them has." in worked
    item = analyst.told("item", first_id(analyst.told("search", "https://one.example/1")))
    assert len(assessments_in(item)) == 1
    assert "assessed as national" in item


def test_a_number_chooses_only_what_is_shown_with_it(analyst: Client) -> None:
    """A step has no number, however many outcomes there are; nor has a word of a list that was not shown."""
    _waiting(analyst, "https://one.example/1")
    unshown = ("0", "6", "7", "8", "9", "10", "11", "9" * 5000, "²", "٣")
    # The kind of site, whose list is long, and the country, whose list is too long for numbers.
    answers = ("ignore", "2", "?", "2", "1", "?", "1", ".", "")
    worked = analyst.told("work", typed=_typed(*unshown, *answers))
    assert worked.count("Type a number that is shown, a word") == len(unshown)
    assert worked.count("That is none of them") == 3
    assert re.search(r"^2 website: ", worked, re.MULTILINE)
    assert re.search(r"^AD: Andorra$", worked, re.MULTILINE)
    assert "ignore, website; for claim 1" in worked


def test_a_flag_and_an_action_keep_their_numbers(analyst: Client) -> None:
    _waiting(analyst, "https://one.example/1")
    answers = ("base", *[""] * 6, "", "2", "3", "", "5", "", "")
    worked = analyst.told("work", typed=_typed(*answers))
    assert "a flag (1 virtual, 2 user_generated, 3 child_modelling): " in worked
    assert "another flag (1 virtual, 3 child_modelling): " in worked
    assert "another flag (1 virtual): " in worked
    assert "5 moved" in worked
    assert "baseline, user_generated, child_modelling, moved; for claim 1" in worked


def test_an_item_is_kept_put_back_or_opened_on_the_way(analyst: Client) -> None:
    _waiting(analyst, "https://one.example/1")
    worked = analyst.told("work", typed=_typed("plain", "keep", "more", "release"))
    assert "\nhttps://one.example/1\n" in worked.replace(": https", ":\nhttps")
    assert re.search(r"Yours until \d\d:\d\d UTC\S*: claim 1\.", worked)
    assert "That is all." in worked
    assert re.search(f"Back in the queue: claim 1\\.\n{RELEASED}\n$", worked)


def test_who_gets_nothing_is_told_when_they_can_have_what_they_released(analyst: Client) -> None:
    _waiting(analyst, "https://one.example/1")
    analyst.told("next")
    analyst.told("release", "--all")
    assert re.match(f"{RELEASED}\n", analyst.told("next"))
    assert analyst.told("next", "--kind", "onion").startswith(
        "Nothing of this language or kind waits for you.\n"
    )
    assert analyst.told("next", "--kind", "web").startswith(
        "Nothing else of this language or kind waits for you. "
    )
    colleague = analyst.colleague("analyst")
    colleague.told("next")
    assert analyst.told("next").startswith("Nothing waits for you.\n")


def test_who_stops_or_interrupts_is_told_what_they_hold(analyst: Client) -> None:
    _waiting(analyst, "https://one.example/1")
    held = re.compile(
        r"You still hold claim 1 until \d\d:\d\d UTC\S*\. `reportline queue release --all` puts"
    )
    assert held.search(analyst.told("work", typed=_typed("stop")))
    ended = analyst.run("work", typed=_typed("1", "A"))
    assert ended.exit_code == 130
    assert held.search(ended.stdout)
    assert numbers_in(analyst.told("mine")) == ["1"]
    assert not assessments_in(analyst.told("item", first_id(analyst.told("search", "https://one.example/1"))))


def test_before_a_limit_nothing_new_is_taken(analyst: Client) -> None:
    _waiting(analyst, "https://one.example/1")
    now = utc_now()
    exposed = insert(Exposure).values(
        exposure_id="e", analyst=analyst.key_id, began=now - timedelta(minutes=56), ends=now
    )
    analyst.behind_its_back(exposed)
    assert re.fullmatch(
        r"Only [34] minutes until your break: finish what you have open, and take nothing new\.\n"
        r"`reportline queue next` takes another one all the same\.\n",
        analyst.told("work"),
    )
    analyst.told("next")
    assert "Recorded: ignore" in analyst.told("work", typed=_typed("3", ".", ""))
    analyst.behind_its_back(delete(Exposure))


def test_a_limit_that_is_reached_on_the_way_takes_no_decision_away(analyst: Client) -> None:
    """Nothing new is opened, and nothing kept for longer, but the page on the screen is decided."""
    _waiting(analyst, "https://one.example/1", "https://two.example/2")
    terminal = _Terminal(analyst, "work")
    terminal.read_until(b"stop: ")
    now = utc_now()
    exposed = insert(Exposure).values(
        exposure_id="e", analyst=analyst.key_id, began=now - timedelta(minutes=61), ends=now
    )
    analyst.behind_its_back(exposed)
    terminal.type(b"keep\n")
    assert b"Your break is due. Decide what you have seen" in terminal.read_until(b"stop: ")
    terminal.type(b"3\n.\n\n")
    shown = terminal.read_until(None)
    assert b"Recorded: ignore, for claim 1, " in shown
    assert b"Your break lasts until " in shown
    assert b"all the same" not in shown
    assert terminal.end() == 0


def test_an_item_that_is_lost_meanwhile_is_told_and_the_next_one_taken(analyst: Client) -> None:
    """Another terminal puts it back between the question and the answer."""
    _waiting(analyst, "https://one.example/1")
    terminal = _Terminal(analyst, "work")
    terminal.read_until(b"stop: ")
    analyst.told("release", "--all")
    terminal.type(b"keep\n")
    assert b"This claim does not hold." in terminal.read_until(b"Nothing else waits for you.")
    assert terminal.end() == 0


class _Terminal:
    """A command in a terminal of 80 columns and 24 lines."""

    def __init__(self, analyst: Client, *arguments: str) -> None:
        self.ours, theirs = pty.openpty()
        ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        there = {"REPORTLINE_INTAKE_URL": analyst.served.url, "REPORTLINE_ANALYST_TOKEN": analyst.token}
        environment = {name: value for name, value in os.environ.items() if name not in {"COLUMNS", "LINES"}}
        self.process = subprocess.Popen(
            [sys.executable, "-c", COMMAND, *arguments],
            env=environment | there | {"TERM": "xterm", "NO_COLOR": "1"},
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
        )
        os.close(theirs)

    def type(self, keys: bytes) -> None:
        """Press keys."""
        os.write(self.ours, keys)

    def read_until(self, awaited: bytes | None) -> bytes:
        """Read what is shown until something stands there, or until the command ends."""
        shown = b""
        while awaited is None or awaited not in shown:
            try:
                shown += os.read(self.ours, 4096)
            except OSError:
                break
        return shown

    def interrupt(self, awaited: bytes) -> bytes:
        """Press Ctrl-C until something stands there: one right before Python reads waits for a key."""
        shown = b""
        while awaited not in shown:
            self.type(b"\x03")
            while select([self.ours], [], [], 1)[0] and awaited not in shown:
                shown += os.read(self.ours, 4096)
        return shown

    def end(self) -> int:
        """Wait for the end; gives the exit status."""
        self.read_until(None)
        os.close(self.ours)
        return self.process.wait(20)


def _crowd(analyst: Client) -> None:
    for number in range(6):
        said = {"note": f"note {number}", "position": f"post {number}", "live": "yes", "seen": "today"}
        analyst.hand_in("https://crowd.example/1", **said)
    while "6 reports" not in analyst.told("search", "https://crowd.example/1"):
        pass


def test_the_address_stays_on_the_first_screen_and_the_rest_follows_below_it(analyst: Client) -> None:
    _crowd(analyst)
    analyst.told("next")
    following: list[str] = []
    seen: set[str] = set()
    for _ in range(6):
        terminal = _Terminal(analyst, "show", "1", *following)
        shown = terminal.read_until(None).decode()
        assert terminal.end() == 0
        assert len(shown.splitlines()) <= 24
        assert "hxxps://crowd[.]example/1" in shown
        seen |= set(re.findall(r"report (\d) of 6", shown))
        follows = re.search(r"Part (\d) of 6 follows: reportline queue show 1 --from \1", shown)
        if follows is None:
            break
        following = ["--from", follows[1]]
    assert seen == set("123456")
    assert following
    assert len(re.findall(r"report \d of 6", analyst.told("show"))) == 6


def test_while_working_more_shows_what_follows_and_ctrl_c_keeps_the_claim(analyst: Client) -> None:
    _crowd(analyst)
    terminal = _Terminal(analyst, "work")
    shown = terminal.read_until(b"stop: ").decode()
    seen = set(re.findall(r"report (\d) of 6", shown))
    while re.search(r"Part \d of 6 follows: more", shown):
        assert len(shown.splitlines()) <= 24
        assert "hxxps://crowd[.]example/1" in shown
        terminal.type(b"more\n")
        shown = terminal.read_until(b"stop: ").decode()
        seen |= set(re.findall(r"report (\d) of 6", shown))
    assert seen == set("123456")
    assert b"You still hold claim 1 until " in terminal.interrupt(b"what you hold.")
    assert terminal.end() == 130
    assert numbers_in(analyst.told("mine")) == ["1"]


def test_the_items_of_a_host_are_shown_as_the_screen_takes_them(analyst: Client) -> None:
    """How each was decided is told before any is opened."""
    _waiting(analyst, *(f"https://pages.example/{number}" for number in range(9)))
    analyst.told("next")
    analyst.told("show")
    analyst.told("assess", "--outcome", "ignore")
    seen: list[tuple[str, str]] = []
    following: list[str] = []
    while True:
        terminal = _Terminal(analyst, "search", "--host", "pages.example", *following)
        shown = terminal.read_until(None).decode()
        assert terminal.end() == 0
        assert len(shown.splitlines()) <= 24
        seen += re.findall(r"item ([0-9a-f]{32})|assessed as (ignore)", shown)
        follows = re.search(r"Part (\d) of 9 follows: the same search with --from \1\r\n$", shown)
        if follows is None:
            break
        following = ["--from", follows[1]]
    assert following
    assert len({item for item, _ in seen if item}) == 9
    assert [outcome for _, outcome in seen if outcome] == ["ignore"]

"""The runner saves a turn before it acts on it and answers, and repeats its answer on a redelivery."""

import dataclasses
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from msgspec.structs import replace

from bot.delivery.courier import Courier
from bot.delivery.intake import InMemoryIntake, Refusal
from bot.delivery.intake_match import Match
from bot.delivery.intake_watch import IntakeWatch
from bot.delivery.outbox import Outbox
from bot.exchange import Answer, Arrival, TalkHandle
from bot.sessions.sealing import TalkSecrets
from bot.sessions.store import MemorySessions
from bot.talks.limits import Alarm, Budgets
from bot.talks.runner import Delivery, Limits, Runner, TalkContended
from bot.talks.stored import Talk, draw, dump, load
from conversations.events import Attached, Chose, Command, Commanded, Event, Media, Opened, Said
from conversations.turns.engine import advance
from conversations.wire.sealing import new_private_key, public_half
from tests.talking import PORTALS

CHAT = TalkHandle("telegram", "bot", "4242")
LINK = "https://forum.example/thread/4711"
NOW = datetime(2026, 11, 24, 5, 47, 11, 123456, tzinfo=UTC)


@dataclass
class RunnerHost:
    """A runner with real parts, and a reporter who acts on it."""

    runner: Runner
    sessions: MemorySessions
    outbox: Outbox
    intake: InMemoryIntake
    watch: IntakeWatch
    courier: Courier
    seconds: list[float]
    update: int = 100
    answer: Answer | None = None

    async def happens(
        self, event: Event, message: int | None = None, hint: str | None = "en", card: int | None = None
    ) -> Answer:
        """Let something happen in the chat."""
        self.update += 1
        self.answer = await self.runner.handle(Arrival(CHAT, self.update, event, message, hint, card))
        return self.answer

    async def held(self) -> Talk:
        """Give the talk as it is stored."""
        stored = await self.sessions.load(CHAT)
        assert stored is not None
        return load(stored.content)

    async def tap(self, choice: str) -> Answer:
        """Tap a button of the card that is shown now."""
        return await self.happens(self.button(choice))

    def button(self, choice: str) -> Chose:
        """Give the tap on a button of the card that is shown now."""
        assert self.answer is not None
        data = [button.data for row in self.answer.card.rows for button in row]
        (found,) = [written for written in data if written.split(".", 2)[2] == choice]
        talk, turn, name = found.split(".", 2)
        return Chose(name, talk, int(turn))


@pytest.fixture
def host(tmp_path: Path) -> RunnerHost:
    return make_host(tmp_path)


def make_host(
    folder: Path, most: int = 10_000, sessions: type[MemorySessions] = MemorySessions
) -> RunnerHost:
    """Make a host with its outbox in a folder."""
    private = new_private_key()
    intake = InMemoryIntake({"k1": private})
    outbox = Outbox(folder / "outbox")
    seconds = [0.0]
    store = sessions(TalkSecrets(lambda: seconds[0]), lambda: seconds[0])
    key = public_half("k1", private)
    watch = IntakeWatch(intake, key)
    delivery = Delivery(key, outbox, Courier(outbox, watch), watch)
    limits = Limits(
        Budgets(TalkSecrets(lambda: seconds[0]), lambda: seconds[0], most), Alarm(lambda: seconds[0])
    )
    runner = Runner(store, delivery, limits, portals=PORTALS, portal="international", now=lambda: NOW)
    return RunnerHost(runner, store, outbox, intake, watch, delivery.courier, seconds)


async def test_a_report_goes_from_the_first_word_to_the_intake(host: RunnerHost) -> None:
    await host.happens(Said(LINK), 1)
    answer = await host.tap("send")
    assert "We have received it" in answer.card.text
    (report,) = host.intake.reports.values()
    assert [address.given for address in report.addresses] == [LINK]
    assert host.outbox.waiting() == ()


async def test_a_report_tells_the_hour_and_no_more(host: RunnerHost) -> None:
    await host.happens(Said(LINK))
    await host.tap("send")
    (report,) = host.intake.reports.values()
    assert report.hour == NOW.replace(minute=0, second=0, microsecond=0)


async def test_with_the_intake_away_the_report_waits_on_disk_and_the_reporter_hears_so(
    host: RunnerHost,
) -> None:
    host.intake.away = True
    await host.happens(Said(LINK))
    answer = await host.tap("send")
    assert "kept safely" in answer.card.text
    assert len(host.outbox.waiting()) == 1


async def test_with_the_disk_full_nothing_is_sent_and_the_link_stays(
    host: RunnerHost, tmp_path: Path
) -> None:
    await host.happens(Said(LINK))
    (tmp_path / "outbox" / "set_aside").rmdir()
    (tmp_path / "outbox").rmdir()
    answer = await host.tap("send")
    assert "Nothing was sent" in answer.card.text
    assert "forum[.]example" in answer.card.text
    (tmp_path / "outbox").mkdir()
    await host.tap("send")
    assert len(host.intake.reports) == 1


async def _ask(host: RunnerHost, refusal: Refusal | None) -> None:
    host.intake.refusal = refusal
    await host.watch.ask()


async def test_a_refused_channel_takes_no_link_and_says_where_else_to_report(host: RunnerHost) -> None:
    """Once the intake takes the key again, the talk goes on where it was."""
    await host.happens(Opened())
    await _ask(host, Refusal.KEY_REFUSED)
    answer = await host.happens(Said(LINK))
    assert "we take no links here" in answer.card.text
    assert "www.iwf.org.uk/report" in answer.card.text
    assert host.outbox.waiting() == ()
    await _ask(host, None)
    assert "Not sent yet" in (await host.happens(Said(LINK))).card.text
    assert "We have received it" in (await host.tap("send")).card.text


async def test_a_channel_refused_before_send_sends_nothing_and_keeps_the_link(host: RunnerHost) -> None:
    await host.happens(Said(LINK))
    await _ask(host, Refusal.KEY_REFUSED)
    answer = await host.tap("send")
    assert "Nothing was sent." in answer.card.text
    assert "www.iwf.org.uk/report" in answer.card.text
    assert (host.outbox.waiting(), host.intake.reports) == ((), {})
    await _ask(host, None)
    assert "forum[.]example" in (await host.tap("to_link")).card.text
    assert "We have received it" in (await host.tap("send")).card.text


async def test_what_is_added_to_a_sent_report_waits_while_the_channel_is_refused(host: RunnerHost) -> None:
    """The report is on its way; what follows it can be opened, and goes when the key is mended."""
    await host.happens(Said(LINK))
    await host.tap("send")
    await _ask(host, Refusal.KEY_REFUSED)
    await host.tap("withdraw")
    assert "We asked to take it back" in (await host.tap("yes_withdraw")).card.text
    assert len(host.outbox.waiting()) == 1
    await _ask(host, None)
    await host.courier.round()
    (report,) = host.intake.reports.values()
    assert (report.withdrawn, host.outbox.waiting()) == (True, ())


async def test_nothing_is_sealed_to_a_key_that_is_none_of_the_intakes(host: RunnerHost) -> None:
    """Nobody could open it: the reporter hears that it was not added, and that nothing was taken back."""
    await host.happens(Said(LINK))
    await host.tap("send")
    host.watch.match = Match.OTHER_KEY
    await host.tap("details")
    assert "could not add that" in (await host.tap("search")).card.text
    await host.happens(Commanded(Command.CANCEL))
    assert "Please try again later" in (await host.tap("yes_withdraw")).card.text
    assert host.outbox.waiting() == ()
    (report,) = host.intake.reports.values()
    assert (report.revision, report.withdrawn) == (1, False)


async def test_a_report_that_a_turn_owes_is_not_sealed_to_another_key(host: RunnerHost) -> None:
    """Send was saved before the key was known to be wrong: nothing is sealed, and the link stays unsent."""
    await host.happens(Said(LINK))
    held = await host.held()
    owing = advance(held.state, host.button("send"), PORTALS, draw()).state
    stored = await host.sessions.load(CHAT)
    assert stored
    assert await host.sessions.save(CHAT, dump(replace(held, state=owing, owes=True)), stored.version)
    host.watch.match = Match.OTHER_KEY
    answer = await host.happens(Said("hm"))
    assert "www.iwf.org.uk/report" in answer.card.text
    assert (host.outbox.waiting(), host.intake.reports) == ((), {})
    assert (await host.held()).state.draft.is_unsent


async def test_a_redelivered_update_gets_the_last_answer_again_and_makes_no_second_report(
    host: RunnerHost,
) -> None:
    await host.happens(Said(LINK))
    tap = host.button("send")
    first = await host.happens(tap)
    host.update -= 1
    again = await host.happens(tap)
    assert again.card == first.card
    await host.happens(Said("https://forum.example/other"), 77)
    host.update -= 1
    again = await host.happens(Said("https://forum.example/other"), 77)
    assert 77 in again.erase
    assert len(host.intake.reports) == 1
    assert next(iter(host.intake.reports.values())).revision == 1


async def test_a_second_tap_on_send_makes_no_second_report(host: RunnerHost) -> None:
    await host.happens(Said(LINK))
    tap = host.button("send")
    await host.happens(tap)
    await host.happens(tap)
    assert [report.revision for report in host.intake.reports.values()] == [1]


async def test_a_tap_edits_the_card_and_a_message_gets_a_new_one(host: RunnerHost) -> None:
    answer = await host.happens(Opened(), 1)
    assert (answer.live, answer.erase) == (None, ())
    await host.runner.shown(CHAT, 2)
    answer = await host.tap("no_link")
    assert (answer.live, answer.erase) == (2, ())
    answer = await host.happens(Said("hm"), 3)
    assert (answer.live, answer.erase) == (None, (2,))


async def test_the_message_with_the_link_is_deleted_and_others_are_not(host: RunnerHost) -> None:
    answer = await host.happens(Said("hello there friend"), 1)
    assert 1 not in answer.erase
    answer = await host.happens(Said(LINK), 2)
    assert 2 in answer.erase
    answer = await host.happens(Attached(Media.PICTURE), 3)
    assert 3 in answer.erase


async def test_forget_deletes_every_message_and_the_talk(host: RunnerHost) -> None:
    await host.happens(Opened(), 1)
    await host.runner.shown(CHAT, 2)
    await host.happens(Said("hm"), 3)
    await host.runner.shown(CHAT, 4)
    await host.runner.deleted(CHAT, (2,))
    answer = await host.happens(Commanded(Command.FORGET), 5)
    assert set(answer.erase) == {1, 3, 4, 5}
    held = await host.held()
    assert (held.erased, held.messages, held.live) == (answer.erase, (), None)
    assert (held.state.draft.addresses, held.state.draft.revision) == ((), 0)


async def test_what_forgetting_could_not_delete_is_deleted_when_it_is_asked_for_again(
    host: RunnerHost,
) -> None:
    """The numbers outlive the talk by half an hour at most, since a chat must not only seem to be cleared."""
    await host.happens(Said(LINK), 1)
    await host.runner.shown(CHAT, 2)
    await host.happens(Commanded(Command.FORGET), 3)
    await host.runner.shown(CHAT, 4)
    answer = await host.happens(Commanded(Command.FORGET), 5)
    assert {2, 3, 4, 5} <= {*answer.erase}
    host.seconds[0] += 30 * 60
    assert await host.sessions.load(CHAT) is None


async def test_a_message_is_deleted_with_every_answer_until_it_is_known_to_be_gone(host: RunnerHost) -> None:
    """A process may die before it deletes what a saved turn owes: the next turn, and Clear, delete it."""
    await host.happens(Said(LINK), 1)
    await host.runner.shown(CHAT, 2)
    assert 1 in (await host.tap("rules")).erase
    await host.happens(Said("https://forum.example/other"), 3)
    await host.runner.shown(CHAT, 4)
    await host.runner.deleted(CHAT, (1, 2))
    answer = await host.tap("rules")
    assert (answer.live, answer.erase) == (4, (3,))
    assert set((await host.happens(Commanded(Command.FORGET), 5)).erase) == {3, 4, 5}
    await host.runner.deleted(CHAT, (3, 4, 5))
    held = await host.held()
    assert (held.erased, held.messages, held.live) == ((), (), None)


async def test_clear_deletes_a_card_whose_number_was_never_told(host: RunnerHost) -> None:
    """It was sent again, so the first one is between the newest known message and this one."""
    await host.happens(Said(LINK), 1)
    await host.runner.shown(CHAT, 2)
    await host.happens(Said("hm"), 3)
    await host.runner.shown(CHAT, 6, again=True)
    await host.runner.shown(CHAT, 9)
    await host.runner.shown(CHAT, 1000, again=True)
    answer = await host.happens(Commanded(Command.FORGET), 1001)
    assert {*answer.erase} == {1, 2, 3, 4, 5, 6, 9, *range(950, 1002)}


async def test_a_deletion_that_is_told_of_a_forgotten_talk_begins_none(host: RunnerHost) -> None:
    await host.runner.deleted(CHAT, (1, 2))
    assert await host.sessions.load(CHAT) is None


async def test_a_forget_that_comes_again_ends_no_newer_talk(host: RunnerHost) -> None:
    """Known by its number, it answers as before, and the link that came after it is still there."""
    await host.happens(Said(LINK), 1)
    await host.happens(Commanded(Command.FORGET), 3)
    forget = host.update
    await host.happens(Said(LINK), 4)
    again = await host.runner.handle(Arrival(CHAT, forget, Commanded(Command.FORGET), 3, "en"))
    assert host.answer is not None
    assert again.card == host.answer.card
    await host.tap("send")
    assert len(host.intake.reports) == 1


async def test_what_follows_a_cleared_practice_is_no_practice(host: RunnerHost) -> None:
    await host.happens(Opened("practice"), 1)
    await host.happens(Commanded(Command.FORGET), 2)
    await host.happens(Said(LINK), 3)
    await host.tap("send")
    assert len(host.intake.reports) == 1


async def test_a_tapped_card_that_was_not_known_is_edited_or_taken_away(host: RunnerHost) -> None:
    """A newer one becomes the card, an older one goes: numbers of a chat only grow."""
    await host.happens(Said(LINK), 1)
    await host.runner.shown(CHAT, 5)
    await host.runner.deleted(CHAT, (1,))
    answer = await host.happens(host.button("rules"), card=7)
    assert (answer.live, answer.erase) == (7, (5,))
    answer = await host.happens(host.button("back"), card=5)
    assert (answer.live, answer.erase) == (7, (5,))


async def test_a_card_that_is_told_of_late_does_not_become_the_card(host: RunnerHost) -> None:
    """The newest card stays the one that taps edit; the late one is deleted with the talk."""
    await host.happens(Said(LINK), 1)
    await host.runner.shown(CHAT, 6)
    await host.runner.shown(CHAT, 5)
    assert (await host.tap("rules")).live == 6
    answer = await host.happens(Commanded(Command.FORGET), 8)
    assert {5, 6, 8} <= {*answer.erase}


async def test_after_half_an_hour_of_silence_a_button_is_answered_kindly_and_a_new_talk_is_there(
    host: RunnerHost,
) -> None:
    await host.happens(Said(LINK))
    tap = host.button("send")
    host.seconds[0] += 30 * 60
    answer = await host.happens(tap)
    assert "old talk" in answer.card.text
    assert host.intake.reports == {}
    await host.happens(Said(LINK))
    await host.tap("send")
    assert len(host.intake.reports) == 1


async def test_the_first_word_may_be_a_start_link_of_another_portal_in_no_known_language(
    host: RunnerHost,
) -> None:
    answer = await host.happens(Opened("ar"), hint="xx")
    assert "enlace" in answer.card.text


async def test_two_chats_share_nothing(host: RunnerHost) -> None:
    await host.happens(Said(LINK))
    other = TalkHandle("telegram", "bot", "4243")
    answer = await host.runner.handle(Arrival(other, 1, host.button("send"), None, "en"))
    assert "old talk" in answer.card.text
    assert host.intake.reports == {}


async def test_the_status_of_the_own_report_is_asked_of_the_intake(host: RunnerHost) -> None:
    await host.happens(Said(LINK))
    await host.tap("send")
    answer = await host.happens(Commanded(Command.STATUS))
    assert "We have received the report" in answer.card.text
    host.intake.away = True
    answer = await host.happens(Commanded(Command.STATUS))
    assert "try again later" in answer.card.text


async def test_a_withdrawal_reaches_the_intake(host: RunnerHost) -> None:
    await host.happens(Said(LINK))
    await host.tap("send")
    await host.tap("withdraw")
    await host.tap("yes_withdraw")
    (report,) = host.intake.reports.values()
    assert (report.withdrawn, report.revision) == (True, 2)


async def test_a_talk_whose_report_can_take_no_more_goes_on_and_can_be_forgotten(host: RunnerHost) -> None:
    await host.happens(Said(LINK))
    await host.tap("send")
    for _ in range(99):
        await host.tap("details")
        await host.tap("search")
        await host.happens(Commanded(Command.CANCEL))
        await host.tap("no_keep")
    await host.tap("details")
    answer = await host.tap("search")
    assert "could not add that" in answer.card.text
    assert [report.revision for report in host.intake.reports.values()] == [100]
    await host.happens(Commanded(Command.FORGET))
    assert (await host.held()).state.draft.revision == 0


async def test_a_talk_that_nobody_touches_is_dropped_without_being_asked_for(host: RunnerHost) -> None:
    await host.happens(Said(LINK))
    host.seconds[0] += 30 * 60
    host.sessions.expire()
    assert await host.sessions.load(CHAT) is None


async def test_who_is_faster_than_a_person_is_told_to_wait_and_loses_nothing(tmp_path: Path) -> None:
    host = make_host(tmp_path, most=3)
    await host.happens(Said(LINK))
    await host.happens(Said("hm"))
    await host.happens(Said("hm"))
    answer = await host.tap("send")
    assert "too fast" in answer.card.text
    assert "forum[.]example" in answer.card.text
    answer = await host.tap("send")
    assert "slow down" in answer.card.text
    host.seconds[0] += 2
    answer = await host.tap("send")
    assert "We have received it" in answer.card.text


async def test_one_who_is_too_fast_slows_nobody_else(tmp_path: Path) -> None:
    host = make_host(tmp_path, most=1)
    await host.happens(Said("hm"))
    answer = await host.happens(Said("hm"))
    assert "slow down" in answer.card.text
    other = TalkHandle("telegram", "bot", "4243")
    answer = await host.runner.handle(Arrival(other, 1, Said(LINK), None, "en"))
    assert "Not sent yet" in answer.card.text


@pytest.mark.parametrize("choice", ["danger", "language", "forget"])
async def test_help_in_danger_the_language_and_clearing_are_never_refused_for_speed(
    tmp_path: Path, choice: str
) -> None:
    host = make_host(tmp_path, most=1)
    for _ in range(3):
        await host.happens(Said("hm"))
    answer = await host.tap(choice)
    assert "fast" not in answer.card.text
    assert "slow down" not in answer.card.text


async def test_the_typed_label_of_the_present_card_is_a_tap(host: RunnerHost) -> None:
    await host.happens(Opened())
    answer = await host.happens(Said("danger: help now"))
    assert "Get near other people now" in answer.card.text


async def test_a_tap_on_a_card_of_a_forgotten_talk_leaves_that_card_and_answers_below(
    host: RunnerHost,
) -> None:
    await host.happens(Said(LINK), 1)
    old = host.button("send")
    host.seconds[0] += 31 * 60
    shown = dataclasses.replace(old, shown=("hxxps://forum[.]example/thread/4711",))
    answer = await host.happens(shown, card=2)
    assert (answer.live, answer.erase) == (None, ())
    assert "your card still has the link" in answer.card.text
    assert (await host.tap("send")).card.text.startswith("Thank you.")


async def test_clear_on_a_card_of_a_forgotten_talk_deletes_that_card(host: RunnerHost) -> None:
    await host.happens(Said(LINK), 1)
    old = host.button("forget")
    host.seconds[0] += 31 * 60
    answer = await host.happens(old, card=2)
    assert (answer.live, answer.erase) == (None, (2,))
    assert answer.card.text.startswith("We forgot that talk long ago.")


class Contended(MemorySessions):
    """A store in which somebody else is always first."""

    async def save(self, *_: object) -> bool:
        """Lose to the other."""
        return False


async def test_a_talk_that_others_keep_advancing_is_tried_again_later_and_blocks_nobody(
    tmp_path: Path,
) -> None:
    host = make_host(tmp_path, sessions=Contended)
    with pytest.raises(TalkContended):
        await host.happens(Said(LINK))
    await host.runner.shown(CHAT, 1)


async def test_a_reporter_who_left_is_forgotten(host: RunnerHost) -> None:
    await host.happens(Said(LINK))
    await host.runner.gone(CHAT)
    assert await host.sessions.load(CHAT) is None


class VanishingSessions(MemorySessions):
    """A store from which a talk is gone as soon as it owes something."""

    async def save(self, handle: TalkHandle, content: bytes, version: bytes | None) -> bool:
        """Save, and lose what owes."""
        saved = await super().save(handle, content, version)
        if load(content).owes:
            await self.erase(handle)
        return saved


async def test_what_a_turn_owed_is_handed_in_though_its_talk_is_gone(tmp_path: Path) -> None:
    """Somebody else may have ended the talk between the tap and the report; who tapped Send has sent."""
    host = make_host(tmp_path, sessions=VanishingSessions)
    await host.happens(Said(LINK))
    answer = await host.tap("send")
    assert len(host.intake.reports) == 1
    assert "We have received it" in answer.card.text


async def test_who_blocks_the_bot_has_sent_what_was_tapped(host: RunnerHost) -> None:
    """A process died between the tap and the report, and the next thing is that the reporter leaves."""
    await host.happens(Said(LINK))
    held = await host.held()
    owing = advance(held.state, host.button("send"), PORTALS, draw()).state
    stored = await host.sessions.load(CHAT)
    assert stored
    assert await host.sessions.save(CHAT, dump(replace(held, state=owing, owes=True)), stored.version)
    await host.runner.gone(CHAT)
    assert len(host.intake.reports) == 1
    assert await host.sessions.load(CHAT) is None

"""A need that is heard is answered by the exit for it; no link is lost by it, and a tap leads back."""

import dataclasses

from msgspec.structs import replace

from conversations.events import Attached, Media, Received, Said
from conversations.flow import FLOW
from conversations.flow.conditions import HEARD
from conversations.flow.steps import Takes
from conversations.talk import RemoveMessage
from tests.cases import for_every
from tests.talking import PORTALS, Replay, new_state

LINK = "https://forum.example/4711"
HURT = "my uncle hits me"


def told(*texts: str) -> Replay:
    replay = Replay(new_state())
    for text in texts:
        replay.step(Said(text))
    return replay


def test_whoever_is_hurt_reads_it_is_not_their_fault_and_may_go_on() -> None:
    replay = told(HURT)
    assert replay.state.step == "hurt"
    assert replay.read().startswith("We are a program and may have read you wrong.")
    assert replay.tap("heard_wrong").state.step == "first"


def test_a_cry_for_help_that_stands_alone_is_never_deleted() -> None:
    assert Replay(new_state()).step(Said(HURT)).effects == ()


def test_beside_a_link_the_exit_comes_first_and_the_link_waits_one_tap_away() -> None:
    replay = told(f"{HURT} he films it {LINK}")
    assert replay.state.step == "hurt"
    assert "hxxps://forum[.]example/4711" in replay.read()
    assert replay.tap("to_link").state.step == "review"
    assert "Your words:" in replay.read()
    assert {"send_both", "link_only"} <= set(replay.choices())


def test_leaving_the_exit_leads_to_the_link_that_waits() -> None:
    replay = told(f"{HURT} {LINK}")
    assert replay.tap("heard_wrong").state.step == "review"


def test_of_another_child_beside_a_link_one_line_asks_about_danger() -> None:
    replay = told(f"her father hits her {LINK}")
    assert replay.state.step == "review"
    assert "Is a child near you in danger now?" in replay.read()


def test_of_another_child_without_a_link_the_reporter_chooses() -> None:
    replay = told("her father hits her")
    assert replay.state.step == "who"
    assert replay.tap("known_child").state.step == "known_child"
    assert told("her father hits her").tap("saw_online").state.step == "link"


def test_ones_own_doing_is_not_taken_for_being_hurt() -> None:
    assert told("I touched my little sister").state.step == "own_behaviour"


@for_every(step=FLOW)
def test_a_need_is_heard_at_every_step(step: str) -> None:
    replay = Replay(replace(new_state(), step=step))
    replay.step(Said(HURT))
    if FLOW[step].takes is Takes.NOTHING:
        return
    assert replay.state.step == ("danger" if step == "danger" else "hurt")
    assert HEARD in replay.state.remark


def test_a_need_in_a_note_is_kept_as_the_note_and_answered_too() -> None:
    replay = told(LINK)
    replay.tap("send")
    replay.step(Received())
    for choice in ("details", "finish", "add_note"):
        replay.tap(choice)
    replay.step(Said(HURT))
    replay.step(Received())
    assert dict(replay.state.draft.answers)["note"] == HURT
    assert replay.state.step == "hurt"
    assert replay.tap("heard_wrong").state.step == "end"


def test_a_need_in_the_caption_of_a_refused_picture_is_answered() -> None:
    replay = Replay(new_state())
    turn = replay.step(Attached(Media.PICTURE, HURT))
    assert (replay.state.step, turn.effects) == ("hurt", (RemoveMessage(),))


def test_an_exit_is_shown_again_each_time_that_it_is_needed() -> None:
    replay = told(HURT, HURT)
    assert replay.state.step == "hurt"
    assert replay.state.after == ("first",)


def test_a_paused_portal_keeps_every_way_to_help() -> None:
    paused = {name: dataclasses.replace(portal, paused=True) for name, portal in PORTALS.items()}
    replay = Replay(new_state(), paused)
    replay.step(Said(LINK))
    assert replay.state.step == "paused"
    assert {"no_link", "talk", "danger"} <= set(replay.choices())
    replay.step(Said(HURT))
    assert replay.state.step == "hurt"
    assert "has_link" not in replay.choices()
    replay.step(Said("help"))
    assert replay.state.step == "help"


def test_the_portals_languages_and_english_are_heard_whatever_the_talk_speaks() -> None:
    replay = Replay(new_state("es", "ar"))
    replay.step(Said(HURT))
    assert replay.state.step == "hurt"


def test_every_exit_leads_to_a_person_and_to_the_others_that_belong_to_it() -> None:
    leads = {name: {choice.to for row in FLOW[name].rows for choice in row} for name in FLOW}
    for name in (
        "danger",
        "hurt",
        "despair",
        "threats",
        "own_images",
        "parent",
        "known_child",
        "own_behaviour",
    ):
        assert "talk" in leads[name], name
    assert {"despair", "own_images"} <= leads["threats"]
    assert {"despair", "threats"} <= leads["own_images"]
    assert {"talk", "despair"} <= leads["own_behaviour"]
    assert {"despair", "hurt"} <= leads["talk"]
    for name in ("first", "kind", "help"):
        assert "talk" in leads[name], name


def test_whoever_is_in_danger_is_not_led_to_a_lesser_card() -> None:
    replay = told("he is going to kill me help now")
    assert replay.state.step == "danger"
    assert replay.step(Said("i need to talk to someone")).state.step == "danger"
    assert replay.step(Said("i want to die")).state.step == "despair"


def test_who_worries_about_somebody_reads_what_to_do_and_is_not_asked_whether_they_know_the_child() -> None:
    replay = told("my friend says she wants to die")
    assert replay.state.step == "worried"
    replay.tap("despair")
    assert replay.tap("someone_else").state.step == "worried"


def test_who_fears_trouble_for_what_they_saw_is_answered() -> None:
    replay = told("will i get in trouble for seeing it")
    assert replay.state.step == "saw"
    assert "Do not go back there" in replay.read()


def test_who_tells_of_a_partner_s_acts_finds_who_can_be_asked() -> None:
    assert told("my husband watches child porn").state.step == "own_behaviour"


def test_a_cry_in_another_language_is_answered_with_that_language_first() -> None:
    replay = told("quiero morir")
    assert replay.state.step == "despair"
    assert replay.choices()[0] == "speak_es"
    replay.tap("speak_es")
    assert (replay.state.step, replay.state.language) == ("despair", "es")


def test_a_cry_in_a_language_that_the_portal_does_not_speak_is_heard_too() -> None:
    replay = Replay(new_state(portal="gt"), PORTALS)
    replay.step(Said("أريد أن أموت"))
    assert replay.state.step == "despair"
    assert "speak_ar" not in replay.choices()


def test_a_child_near_who_is_in_danger_now_is_answered_at_once() -> None:
    assert told("my dad is strangling my mum").state.step == "danger"
    assert told(f"my dad is strangling my mum {LINK}").state.step == "review"


def test_after_hurt_less_is_needed_to_be_heard_to_be_in_danger() -> None:
    assert told(HURT, "he is home").state.step == "danger"


def test_whoever_asks_for_help_where_help_is_shown_keeps_it() -> None:
    assert told(HURT, "help").state.step == "hurt"


def test_whoever_fears_themselves_keeps_the_card_for_it_when_they_are_afraid() -> None:
    assert told("im attracted to kids", "im afraid").state.step == "own_behaviour"


def test_in_danger_the_number_for_the_hurt_is_one_tap_away_where_it_is_the_only_one() -> None:
    replay = Replay(new_state("fr", "cd"), PORTALS)
    replay.tap("danger")
    replay.tap("hurt")
    assert "122" in replay.read()

"""Numbers that reporters cause are of full hours and multiples of five; all others are exact."""

import pytest
from prometheus_client.parser import text_string_to_metric_families

from bot.fleet.numbers import FleetNumbers

HOUR = 3600.0


class Scene:
    """A fleet's numbers, and the clock and the outbox that they look at."""

    def __init__(self) -> None:
        self.now = 100 * HOUR
        self.outbox: tuple[int, int] | None = (0, 0)
        self.numbers = FleetNumbers(lambda: self.now, self._counted)

    def _counted(self) -> tuple[int, int]:
        if self.outbox is None:
            raise OSError
        return self.outbox

    def read(self) -> dict[str, float]:
        """Read the metrics as Prometheus does; gives each sample by its name and its label's value."""
        return {
            " ".join([sample.name.removeprefix("reportline_"), *sample.labels.values()]): sample.value
            for family in text_string_to_metric_families(self.numbers.exposition().decode())
            for sample in family.samples
        }


@pytest.fixture
def scene() -> Scene:
    """Begin an hour."""
    return Scene()


def test_an_update_shows_once_its_hour_has_ended_and_for_one_hour(scene: Scene) -> None:
    for _ in range(10):
        scene.numbers.count_update("taken")
    scene.now += HOUR - 1
    assert scene.read() == {}
    scene.now += 1
    assert scene.read()["fleet_updates_last_hour taken"] == 10
    for _ in range(100):
        scene.numbers.count_update("taken")
    scene.now += HOUR - 1
    assert scene.read()["fleet_updates_last_hour taken"] == 10
    scene.now += 1
    assert scene.read()["fleet_updates_last_hour taken"] == 100
    scene.now += HOUR
    assert "fleet_updates_last_hour taken" not in scene.read()


def test_counts_are_rounded_down_and_few_are_no_sample(scene: Scene) -> None:
    for count, outcome in ((4, "taken"), (5, "put_off"), (14, "skipped")):
        for _ in range(count):
            scene.numbers.count_update(outcome)  # type: ignore[arg-type]
    for _ in range(9):
        scene.numbers.count_call("refused")
    scene.numbers.count_call("slowed_down")
    scene.now += HOUR
    read = scene.read()
    assert {name: value for name, value in read.items() if "last_hour" in name} == {
        "fleet_updates_last_hour put_off": 5,
        "fleet_updates_last_hour skipped": 10,
        "fleet_calls_last_hour refused": 5,
    }


def test_an_hour_in_which_nobody_asked_is_not_added_to_another(scene: Scene) -> None:
    for _ in range(10):
        scene.numbers.count_update("taken")
    scene.now += 2 * HOUR
    scene.numbers.count_update("taken")
    assert "fleet_updates_last_hour taken" not in scene.read()


def test_the_outbox_is_told_as_it_was_last_seen_before_the_hour_began(scene: Scene) -> None:
    scene.outbox = (23, 1)
    assert scene.read() == {}
    scene.now += HOUR
    scene.outbox = (500, 7)
    assert scene.read() == {"outbox_waiting": 20, "outbox_set_aside": 1}
    scene.outbox = None
    scene.now += HOUR
    assert scene.read() == {"outbox_waiting": 500, "outbox_set_aside": 7}
    scene.now += HOUR
    assert scene.read() == {}


def test_an_outbox_that_nobody_has_looked_at_for_an_hour_is_not_told(scene: Scene) -> None:
    scene.outbox = (23, 1)
    scene.read()
    scene.now += 2 * HOUR
    assert scene.read() == {}


def test_few_that_wait_are_no_sample_but_what_needs_an_operator_is(scene: Scene) -> None:
    scene.outbox = (4, 0)
    scene.read()
    scene.now += HOUR
    assert scene.read() == {"outbox_set_aside": 0}


def test_bots_and_the_store_are_told_as_they_are_now(scene: Scene) -> None:
    scene.numbers.set_bots({"serving": 3, "paused": 1, "refused": 0})
    scene.numbers.set_store_answers(answers=True)
    bots = {"fleet_bots serving": 3, "fleet_bots paused": 1, "fleet_bots refused": 0}
    assert scene.read() == {**bots, "talk_store_answers": 1}
    scene.numbers.set_store_answers(answers=False)
    scene.numbers.set_bots({"serving": 4, "paused": 0, "refused": 0})
    assert scene.read() == {
        "fleet_bots serving": 4,
        "fleet_bots paused": 0,
        "fleet_bots refused": 0,
        "talk_store_answers": 0,
    }


def test_each_part_is_well_or_not(scene: Scene) -> None:
    scene.numbers.set_states({"store": "ok", "intake": "other_key"})
    assert scene.read() == {"healthy store": 1, "healthy intake": 0}
    scene.numbers.set_states({"store": "away", "intake": "ok"})
    assert scene.read() == {"healthy store": 0, "healthy intake": 1}


def test_whether_a_report_has_waited_for_hours_is_told_as_it_is_now(scene: Scene) -> None:
    """It is exact, however few wait: it moves at full hours only."""
    for waits in (True, False):
        scene.numbers.set_outbox_waits_long(waits=waits)
        assert scene.read() == {"outbox_waits_long": int(waits)}


def test_the_librarys_own_numbers_stay_out(scene: Scene) -> None:
    """Processor time and garbage collection move with each update."""
    scene.numbers.set_store_answers(answers=True)
    told = scene.numbers.exposition()
    assert b"process_" not in told
    assert b"python_" not in told
    assert b"_created" not in told

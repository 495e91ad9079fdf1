"""A sweep takes a tenth of its points, the same whenever a commit is tested, and in time all of them."""

from tests.sweeps import Sample

POINTS = [f"line {number}" for number in range(95)]


def test_a_tenth_is_taken_in_order() -> None:
    chosen = Sample("a commit").of(POINTS)
    assert len(chosen) == 10
    assert chosen == [point for point in POINTS if point in chosen]


def test_of_a_few_points_one_is_taken() -> None:
    assert len(Sample("a commit").of(POINTS[:3])) == 1


def test_a_commit_takes_the_same_again_and_another_commit_others() -> None:
    assert Sample("a commit").of(POINTS) == Sample("a commit").of(POINTS)
    assert Sample("a commit").of(POINTS) != Sample("another").of(POINTS)


def test_commits_take_every_point_in_time() -> None:
    assert {point for number in range(200) for point in Sample(str(number)).of(POINTS)} == {*POINTS}


def test_a_whole_sweep_takes_every_point() -> None:
    assert Sample(None).of(POINTS) == POINTS

"""A fault is told once it has lasted, then rarely, and not at all if it ends before."""

from bot.channels.telegram.failures import LastingFault


class Scene:
    """A fault that is told after ten seconds and then each hundred, and its clock."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.fault = LastingFault(10, 100, lambda: self.now)

    def told(self, *moments: float) -> list[float]:
        """Meet the fault at these moments; gives those at which it is told."""
        told = []
        for moment in moments:
            self.now = 1000 + moment
            if self.fault.is_due():
                told.append(moment)
        return told


def test_it_is_told_once_it_has_lasted_and_then_rarely() -> None:
    assert Scene().told(0, 9, 10, 11, 109, 110, 111, 210) == [10, 110, 210]


def test_a_fault_that_ended_begins_anew() -> None:
    scene = Scene()
    assert scene.told(0, 9) == []
    scene.fault.end()
    assert scene.told(10, 19) == []
    assert scene.told(20) == [20]

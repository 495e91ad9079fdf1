"""How many talks a run has, how much is disturbed in it, and when it is given up."""

from dataclasses import dataclass, field, replace

from tests.webhook_delivery import DeliveryPace


@dataclass(frozen=True)
class Scale:
    """One run. Times are in seconds; shares are of all acts, or of the taps among them."""

    talks: int
    bots: int
    seed: int
    at_once: int
    kills_of_each: int
    api_away: float
    longest: float
    to_settle: float
    thinking: float
    patience: tuple[float, float]
    answered: float = 0.25
    redelivered: float = 0.05
    reordered: float = 0.02
    doubled: float = 0.01
    misrouted: float = 0.1
    pace: DeliveryPace = field(
        default=DeliveryPace(answer=20, first_pause=0.2, longest_pause=5, overtaking=1, repeating=3)
    )


def whole(talks: int, bots: int, seed: int) -> Scale:
    """Return the scale of a full run, whose table a person reads."""
    return Scale(
        talks=talks,
        bots=bots,
        seed=seed,
        at_once=min(200, max(1, talks // 4)),
        kills_of_each=max(1, talks // 1000),
        api_away=30,
        longest=1200,
        to_settle=300,
        thinking=0.5,
        patience=(5, 40),
    )


def calm(talks: int, bots: int, seed: int) -> Scale:
    """Return the scale of a run without disturbances, to measure the cost of a talk."""
    undisturbed = replace(whole(talks, bots, seed), kills_of_each=0, api_away=0)
    return replace(undisturbed, redelivered=0, reordered=0, doubled=0, misrouted=0)


def small(seed: int) -> Scale:
    """Return the scale of a run that is short enough for a test."""
    return Scale(
        talks=150,
        bots=5,
        seed=seed,
        at_once=40,
        kills_of_each=1,
        api_away=3,
        longest=90,
        to_settle=45,
        thinking=0.1,
        patience=(3, 12),
    )

"""The metrics of a fleet process or a polled bot, for Prometheus; none tells when a single report came.

Numbers that reporters cause are of the last full hour, and rounded down to a multiple of five. Numbers that
only operators or faults cause are exact. No label names a bot, a chat or a person.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Final, Literal, get_args

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

Taken = Literal["taken", "put_off", "skipped"]
Troubled = Literal["slowed_down", "refused"]
Kind = Literal["fleet", "polled"]
BotState = Literal["serving", "paused", "refused", "no_updates"]
_FEWEST: Final = 5
_HOUR: Final = 3600
_ROUNDED: Final = "in the last full hour, rounded down to a multiple of 5; fewer are left out"
_AS_OF: Final = "as of the last full hour"


class FleetNumbers:
    """The counts of one process, in memory only; so its first hour is not a full one.

    `kind` says whether it serves a fleet or the polled bot, and begins the names of its metrics. `clock`
    gives seconds since the epoch. `outbox` counts the entries that wait and those set aside; it is asked with
    each exposition, and may raise OSError.
    """

    def __init__(
        self, clock: Callable[[], float], outbox: Callable[[], tuple[int, int]], kind: Kind = "fleet"
    ) -> None:
        self._clock, self._outbox, self._kind = clock, outbox, kind
        self._hour = self._hour_now()
        self._counted: Counter[str] = Counter()
        self._shown: Counter[str] = Counter()
        self._looked: tuple[int, int] | None = None
        self._shown_outbox: tuple[int, int] | None = None
        self._bots: Mapping[BotState, int] = {}
        self._store_answers: bool | None = None
        self._outbox_waits_long: bool | None = None
        self._states: Mapping[str, str] = {}

    def count_update(self, outcome: Taken) -> None:
        """Count an update: taken, put off so that Telegram brings it again, or skipped as no update."""
        self._turn_hour()
        self._counted[outcome] += 1

    def count_call(self, trouble: Troubled) -> None:
        """Count a call that Telegram slowed down (429), or refused."""
        self._turn_hour()
        self._counted[f"call_{trouble}"] += 1

    def set_bots(self, bots: Mapping[BotState, int]) -> None:
        """Set the number of bots in each state."""
        self._bots = dict(bots)

    def set_store_answers(self, *, answers: bool) -> None:
        """Say whether the store of open talks answered last time."""
        self._store_answers = answers

    def set_outbox_waits_long(self, *, waits: bool) -> None:
        """Say whether a report has waited for hours."""
        self._outbox_waits_long = waits

    def set_states(self, states: Mapping[str, str]) -> None:
        """Say in a word how each part is that the process needs: "ok", or else."""
        self._states = dict(states)

    def exposition(self) -> bytes:
        """Write the metrics; looks at the outbox, for the hour to come."""
        self._turn_hour()
        with suppress(OSError):
            self._looked = self._outbox()
        registry = CollectorRegistry()
        registry.register(_Collector(self._metrics))
        return generate_latest(registry)

    def _hour_now(self) -> int:
        return int(self._clock() // _HOUR)

    def _turn_hour(self) -> None:
        """Begin to show the hour that has ended, if one has; of an older one nothing is kept."""
        now = self._hour_now()
        if now == self._hour:
            return
        just_ended = now == self._hour + 1
        self._shown = self._counted if just_ended else Counter()
        self._shown_outbox = self._looked if just_ended else None
        self._hour, self._counted, self._looked = now, Counter(), None

    def _metrics(self) -> Iterator[Metric]:
        kind = self._kind
        yield _by(f"{kind}_bots", "Bots by their state now.", "state", self._bots.items())
        updates = {outcome: _rounded(self._shown[outcome]) for outcome in get_args(Taken)}
        yield _by(f"{kind}_updates_last_hour", f"Updates {_ROUNDED}.", "outcome", updates.items())
        calls = {trouble: _rounded(self._shown[f"call_{trouble}"]) for trouble in get_args(Troubled)}
        yield _by(f"{kind}_calls_last_hour", f"Calls that failed {_ROUNDED}.", "outcome", calls.items())
        waiting, set_aside = self._shown_outbox or (0, None)
        said = f"Sealed reports on their way, {_AS_OF}, rounded down to a multiple of 5; fewer are left out."
        yield _one("outbox_waiting", said, _rounded(waiting))
        yield _one("outbox_set_aside", f"Entries of the outbox that need an operator, {_AS_OF}.", set_aside)
        said = "Whether a report has waited for more than two hours; it rises at full hours only."
        yield _one("outbox_waits_long", said, self._outbox_waits_long)
        yield _one("talk_store_answers", "Whether the store of talks answered last.", self._store_answers)
        healthy = {part: int(state == "ok") for part, state in self._states.items()}
        yield _by("healthy", "Whether each part is as it should be: 1, or 0.", "part", healthy.items())


class _Collector(Collector):
    def __init__(self, metrics: Callable[[], Iterator[Metric]]) -> None:
        self._metrics = metrics

    def collect(self) -> Iterator[Metric]:
        return self._metrics()


def _rounded(count: int) -> int | None:
    return count // _FEWEST * _FEWEST or None


def _one(name: str, said: str, value: int | None) -> Metric:
    metric = GaugeMetricFamily(f"reportline_{name}", said)
    if value is not None:
        metric.add_metric([], value)
    return metric


def _by(name: str, said: str, label: str, values: Iterable[tuple[str, int | None]]) -> Metric:
    metric = GaugeMetricFamily(f"reportline_{name}", said, labels=[label])
    for value, count in values:
        if count is not None:
            metric.add_metric([value], count)
    return metric

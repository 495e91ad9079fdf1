"""Whether the time of an answer tells if an address was known: hand-ins of both, in turn, to one real intake.

.venv/bin/python benchmarks/known_or_new.py
"""

import random
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pydantic import SecretStr
from rich.console import Console
from rich.table import Table

from intake_api.settings import IntakeSettings
from tests.intake_api.running_api import a_report, prepare
from tests.intake_api.served_api import ServedApi, serving
from tests.postgresql import postgresql

PAIRS = 300
KNOWN = "https://example.com/known"


@contextmanager
def _served(database_url: SecretStr | None) -> Iterator[ServedApi]:
    with tempfile.TemporaryDirectory() as folder:
        settings = IntakeSettings(data_dir=Path(folder), database_url=database_url)
        prepare(settings)
        with serving(settings.data_dir, database_url) as served:
            yield served


def _times(served: ServedApi) -> dict[str, list[float]]:
    times: dict[str, list[float]] = {"known": [], "new": []}
    with served.client("channel") as channel:
        for number in range(PAIRS):
            for which in random.sample(["known", "new"], 2):
                report = a_report(KNOWN if which == "known" else f"https://example.com/{number:06}")
                sealed = served.sealed(report)
                began = time.perf_counter()
                channel.put(f"/v1/reports/{report.draft_id}", json=sealed).raise_for_status()
                times[which].append(time.perf_counter() - began)
    return {which: taken[20:] for which, taken in times.items()}


def _row(table: Table, name: str, served: ServedApi) -> None:
    times = _times(served)
    known, new = (statistics.median(times[which]) for which in ("known", "new"))
    # What chance alone makes of the same times, dealt out anew.
    every = times["known"] + times["new"]
    by_chance = []
    for _ in range(500):
        random.shuffle(every)
        half = len(every) // 2
        by_chance.append(abs(statistics.median(every[:half]) / statistics.median(every[half:]) - 1))
    by_chance.sort()
    table.add_row(name, f"{known / new:.3f}", f"1 ± {by_chance[int(len(by_chance) * 0.95)]:.3f}")


def main() -> None:
    """Measure both databases."""
    table = Table("database", "known / new (medians)", "by chance alone, 19 times of 20")
    with _served(None) as served:
        _row(table, "SQLite", served)
    with postgresql() as server:
        server.run("CREATE DATABASE measured")
        with _served(SecretStr(server.url("measured"))) as served:
            _row(table, "PostgreSQL", served)
    Console().print(table)


if __name__ == "__main__":
    main()

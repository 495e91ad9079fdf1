"""Counts the requests that are refused for their access key: a stranger fills neither log nor database."""

import time
from collections import Counter
from collections.abc import Callable
from typing import Final, Literal

from reportline.logs import log_event

RefusedFor = Literal["missing_key", "wrong_key", "wrong_role"]
_SECONDS: Final = 60
_MOST_SHOWN: Final = 99_999


class Refusals:
    """The refusals of a process; each reason is logged once a minute at most, with their number."""

    def __init__(self, seconds: Callable[[], float] = time.monotonic) -> None:
        self.without_key = 0
        self._seconds = seconds
        self._untold: Counter[RefusedFor] = Counter()
        self._told: dict[RefusedFor, float] = {}

    def count(self, reason: RefusedFor) -> None:
        """Count a refusal."""
        self._untold[reason] += 1
        # Who comes with the key of another role is known, and no stranger.
        self.without_key += reason != "wrong_role"
        self.tell()

    def tell(self) -> None:
        """Log what was not told yet, of each reason of which nothing was told for a minute."""
        now = self._seconds()
        for reason, number in list(self._untold.items()):
            if now - self._told.get(reason, -_SECONDS) >= _SECONDS:
                log_event("access_refused", reason=reason, number=min(number, _MOST_SHOWN))
                self._told[reason] = now
                del self._untold[reason]

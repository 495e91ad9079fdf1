"""How an operation is shown in the contract; each package has an example of each of its operations.

Together they tell one story: a report comes in, is claimed, decided, corrected and exported. No address in it
can exist.
"""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Example:
    """What an operation is called, and one way in which it goes; `answer` by media type, or JSON."""

    summary: str
    answer: Any = None
    request: Any = None

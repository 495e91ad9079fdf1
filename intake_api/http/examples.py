"""The type of the contract's examples; each package has one example of each of its operations.

Together the examples follow one report that is handed in, claimed, assessed, corrected and exported. Their
addresses cannot exist.
"""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Example:
    """The summary of an operation, with an example request and answer; `answer` is JSON, or by media type."""

    summary: str
    answer: Any = None
    request: Any = None

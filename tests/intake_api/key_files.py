"""Finds an intake's key files, whose names end with a fingerprint."""

from collections.abc import Iterable
from pathlib import Path

from intake_api.keys import number_of


def key_file(folder: Path, purpose: str, number: int = 1) -> Path:
    """Give the file of the key of this number."""
    [file] = folder.glob(f"{purpose}-k{number}-*.key")
    return file


def only_key_file(folder: Path, purpose: str) -> Path:
    """Give the file of a kind of key of which there is one."""
    [file] = folder.glob(f"{purpose}*.key")
    return file


def numbers(key_ids: Iterable[str]) -> set[int]:
    """Give the numbers of keys."""
    return {number_of(key_id) for key_id in key_ids}

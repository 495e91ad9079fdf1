"""What is sealed opens in its own place with its own key, and nothing of it can be read without."""

import pytest

from intake_api.keys import IntakeKeys
from intake_api.vault import Place, Vault, VaultClosed

PLACE = Place("items", "7", "given")
OLD = IntakeKeys(seals={}, vaults={"k1": b"1" * 32}, index=b"i" * 32, audit=b"a" * 32)
ROTATED = IntakeKeys(
    seals={}, vaults={"k2": b"2" * 32, "k10": b"3" * 32, "k1": b"1" * 32}, index=b"i" * 32, audit=b"a" * 32
)


@pytest.mark.parametrize("text", ["", "https://example.com/", "پیوند \u200d 🙂", "x" * 10000, "\x00"])
def test_what_is_sealed_opens_again(text: str) -> None:
    vault = Vault(OLD)
    assert vault.open(PLACE, vault.seal(PLACE, text)) == text


def test_equal_texts_look_different_once_sealed() -> None:
    vault = Vault(OLD)
    assert vault.seal(PLACE, "same") != vault.seal(PLACE, "same")


@pytest.mark.parametrize(
    "place",
    [Place("reports", "7", "given"), Place("items", "8", "given"), Place("items", "7", "canonical")],
)
def test_what_is_sealed_opens_in_no_other_place(place: Place) -> None:
    vault = Vault(OLD)
    with pytest.raises(VaultClosed):
        vault.open(place, vault.seal(PLACE, "text"))


def test_a_changed_byte_closes_it() -> None:
    vault = Vault(OLD)
    sealed = vault.seal(PLACE, "text")
    for position in range(len(sealed)):
        changed = sealed[:position] + bytes([sealed[position] ^ 1]) + sealed[position + 1 :]
        with pytest.raises(VaultClosed):
            vault.open(PLACE, changed)


@pytest.mark.parametrize("sealed", [b"", b"k1:", b"k1", b"k9:" + b"x" * 60, b"\xff:x"])
def test_what_was_never_sealed_stays_closed(sealed: bytes) -> None:
    with pytest.raises(VaultClosed):
        Vault(OLD).open(PLACE, sealed)


def test_a_new_key_seals_and_the_old_ones_still_open() -> None:
    rotated = Vault(ROTATED)
    assert rotated.seal(PLACE, "text").startswith(b"k10:")
    assert rotated.open(PLACE, Vault(OLD).seal(PLACE, "text")) == "text"


def test_a_keyed_hash_tells_equal_texts_of_one_purpose_only() -> None:
    vault = Vault(OLD)
    assert vault.blind("address", "text") == Vault(ROTATED).blind("address", "text")
    assert vault.blind("address", "text") != vault.blind("receipt", "text")
    assert vault.blind("address", "text") != vault.blind("address", "text.")

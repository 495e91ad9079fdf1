"""A sealed value opens only in its own place and with its own key."""

import hashlib

import pytest

from intake_api.keys import IntakeKeys
from intake_api.vault import Place, Vault, VaultClosed

PLACE = Place("items", "7", "given")


def _keys(vaults: dict[str, bytes], indexes: dict[str, bytes] | None = None) -> IntakeKeys:
    indexes = indexes or {"k1": b"i" * 32}
    return IntakeKeys(seals={}, vaults=vaults, indexes=indexes, receipts=b"r" * 32, audit=b"a" * 32)


OLD = _keys({"k1": b"1" * 32})
ROTATED = _keys({"k2": b"2" * 32, "k10": b"3" * 32, "k1": b"1" * 32})
OTHER = _keys({"k1": b"9" * 32})
REINDEXED = _keys({"k1": b"1" * 32}, {"k1": b"i" * 32, "k2": b"j" * 32})


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


def test_it_opens_neither_with_another_key_nor_under_another_keys_id() -> None:
    sealed = Vault(OLD).seal(PLACE, "text")
    with pytest.raises(VaultClosed):
        Vault(OTHER).open(PLACE, sealed)
    with pytest.raises(VaultClosed):
        Vault(ROTATED).open(PLACE, sealed.replace(b"k1:", b"k2:", 1))


def test_a_new_key_seals_and_the_old_ones_still_open() -> None:
    rotated = Vault(ROTATED)
    assert rotated.seal(PLACE, "text").startswith(b"k10:")
    assert rotated.open(PLACE, Vault(OLD).seal(PLACE, "text")) == "text"


def test_a_keyed_hash_tells_equal_texts_of_one_purpose_only() -> None:
    vault = Vault(OLD)
    hashes = {vault.blind_address("text"), vault.blind_host("text"), vault.blind_receipt("text")}
    assert len(hashes | {vault.blind_address("text.")}) == 4
    assert vault.blind_address("text") == Vault(ROTATED).blind_address("text")


def test_one_key_for_two_purposes_gives_two_hashes() -> None:
    """As an earlier version had it: its folder's one key is that of addresses and of receipts."""
    vault = Vault(IntakeKeys({}, {"k1": b"1" * 32}, {"k1": b"r" * 32}, receipts=b"r" * 32, audit=b"a" * 32))
    assert len({vault.blind_address("text"), vault.blind_host("text"), vault.blind_receipt("text")}) == 3


def test_a_keyed_hash_never_changes_under_its_key() -> None:
    """Databases hold these values; another way to make them would find nothing there."""
    for purpose, key, made in (
        ("address", b"i", Vault(OLD).blind_address("text")),
        ("host", b"i", Vault(OLD).blind_host("text")),
        ("receipt", b"r", Vault(OLD).blind_receipt("text")),
    ):
        expected = hashlib.blake2b(b"text", key=key * 32, person=purpose.encode(), digest_size=32)
        assert made == expected.digest()


def test_a_new_index_key_changes_the_hashes_of_addresses_and_hosts_and_not_of_receipts() -> None:
    before, after = Vault(OLD), Vault(REINDEXED)
    assert (before.index_key, after.index_key) == ("k1", "k2")
    assert before.blind_address("text") != after.blind_address("text")
    assert before.blind_host("text") != after.blind_host("text")
    assert before.blind_receipt("text") == after.blind_receipt("text")

"""Seals a report to the intake's public key; a holder of only that key cannot open it."""

from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import blake2b

from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, PublicKey, SealedBox

from conversations.wire.report import Report, SealedReport

_PADDED_TO = 1024


class NotOpened(Exception):  # noqa: N818 - named for what happened, like our other exceptions
    """The sealed report is of no known key, was changed, or holds no report."""


FINGERPRINT_BYTES = 6


@dataclass(frozen=True, slots=True)
class IntakePublicKey:
    """The intake's public key: `key_id` names it for rotation, `raw` is its 32 bytes."""

    key_id: str
    raw: bytes = field(repr=False)


def fingerprint(raw: bytes) -> str:
    """Give a public key's fingerprint, 12 hexadecimal digits with which its id ends ("k2-3f9a1c0d77e1")."""
    return blake2b(raw, person=b"fingerprint", digest_size=FINGERPRINT_BYTES).hexdigest()


def is_of(key_id: str, raw: bytes) -> bool:
    """Tell whether an id may name a public key; one of an earlier version ("k1") tells no fingerprint."""
    _, dash, told = key_id.partition("-")
    return not dash or told == fingerprint(raw)


def new_private_key() -> bytes:
    """Make a fresh private key of 32 bytes."""
    return bytes(PrivateKey.generate())


def public_half(key_id: str, private_key: bytes) -> IntakePublicKey:
    """Give the public key that belongs to a private key of 32 bytes."""
    return IntakePublicKey(key_id, bytes(PrivateKey(private_key).public_key))


def seal(report: Report, key: IntakePublicKey) -> SealedReport:
    """Seal a report so that only the intake opens it; padded, so that its length tells little."""
    content = report.model_dump_json(exclude_defaults=True).encode()
    content += b" " * (-len(content) % _PADDED_TO)
    sealed = SealedBox(PublicKey(key.raw)).encrypt(content)
    return SealedReport(key_id=key.key_id, sealed=b64encode(sealed).decode())


def unseal(sealed: SealedReport, private_keys: Mapping[str, bytes]) -> Report:
    """Open a sealed report with the private key that its key id names; raises NotOpened, without content."""
    private_key = private_keys.get(sealed.key_id)
    if private_key is None:
        raise NotOpened("sealed to a key that this intake does not have")
    try:
        content = SealedBox(PrivateKey(private_key)).decrypt(b64decode(sealed.sealed, validate=True))
        return Report.model_validate_json(content)
    except (CryptoError, ValueError, OverflowError):
        raise NotOpened("the seal is broken, or what it holds is no report") from None

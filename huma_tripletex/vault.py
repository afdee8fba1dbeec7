"""Seals what must not lie in clear (tokens, values in plans and runs) and makes keyed hashes for the agreement.

AES-GCM with the row's identity as associated data, so a sealed value moved to another row does not open. Several keys
may be configured: the first seals, all open. A sealed value begins with its key's id, so that rotation finds old ones.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
from collections.abc import Mapping
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from huma_tripletex.errors import ConfigurationError, NotReadable

NONCE_BYTES = 12
KEY_BYTES = 32


def new_key(name: str) -> str:
    """A fresh key in the form that HUMA_TRIPLETEX_KEYS takes: `name:base64`."""
    return f"{name}:{base64.urlsafe_b64encode(os.urandom(KEY_BYTES)).decode()}"


@dataclass(frozen=True)
class Vault:
    """Keys by id, the sealing one first; and the key of the agreement hashes."""

    keys: Mapping[str, bytes] = field(repr=False)
    hash_key: bytes = field(repr=False)

    @classmethod
    def from_settings(cls, keys: str, hash_key: str = "") -> Vault:
        """Reads `id:base64,id:base64`. Without a `hash_key` the hash key is derived from the last (oldest) key listed.

        Raises:
            ConfigurationError: no key, or one that is not 32 bytes of base64.
        """
        parsed = dict(_parse(part) for part in keys.split(",") if part.strip())
        if not parsed:
            raise ConfigurationError(
                "HUMA_TRIPLETEX_KEYS is empty; make a key with `flask tripletex new-key` and set it"
            )
        oldest = list(parsed.values())[-1]
        derived = _decode(hash_key) if hash_key else hmac.digest(oldest, b"agreement", "sha256")
        return cls(parsed, derived)

    def seal(self, plain: bytes, *context: object) -> bytes:
        """Encrypts `plain`, bound to `context` (organisation, connection, column...)."""
        name, key = next(iter(self.keys.items()))
        nonce = os.urandom(NONCE_BYTES)
        return name.encode() + b":" + nonce + AESGCM(key).encrypt(nonce, plain, _associated(name, context))

    def open(self, sealed: bytes, *context: object) -> bytes:
        """Decrypts what `seal` made with the same `context`.

        Raises:
            NotReadable: the key is not configured any more, or the value does not belong here.
        """
        name, _, rest = bytes(sealed).partition(b":")
        key = self.keys.get(name.decode(errors="replace"))
        if key is None:
            raise NotReadable("the key that sealed this value is not among HUMA_TRIPLETEX_KEYS")
        nonce, body = rest[:NONCE_BYTES], rest[NONCE_BYTES:]
        try:
            return AESGCM(key).decrypt(nonce, body, _associated(name.decode(), context))
        except (InvalidTag, ValueError):
            raise NotReadable("this sealed value does not belong to this row") from None

    def is_current(self, sealed: bytes) -> bool:
        """Whether `sealed` was made with the first key; if not, rotation seals it anew."""
        return bytes(sealed).partition(b":")[0].decode(errors="replace") == next(iter(self.keys))

    def keyed_hash(self, *parts: object) -> str:
        """A hash that says "the same" without saying what: 128 bits of HMAC-SHA-256, as hex."""
        return hmac.digest(self.hash_key, _join(parts), hashlib.sha256)[:16].hex()


def _associated(name: str, context: tuple[object, ...]) -> bytes:
    return _join((name, *context))


def _join(parts: tuple[object, ...]) -> bytes:
    encoded = ["" if part is None else f"{len(str(part))}:{part}" for part in parts]
    return "\x1f".join(encoded).encode()


def _parse(part: str) -> tuple[str, bytes]:
    name, _, encoded = part.strip().partition(":")
    if not name or not encoded:
        raise ConfigurationError("a key in HUMA_TRIPLETEX_KEYS is written `name:base64`")
    return name, _decode(encoded)


def _decode(encoded: str) -> bytes:
    try:
        key = base64.urlsafe_b64decode(encoded)
    except (binascii.Error, ValueError):
        raise ConfigurationError("a key in HUMA_TRIPLETEX_KEYS is not base64") from None
    if len(key) != KEY_BYTES:
        raise ConfigurationError(f"a key in HUMA_TRIPLETEX_KEYS must be {KEY_BYTES} bytes long")
    return key

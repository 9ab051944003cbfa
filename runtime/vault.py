"""Seal what is known of a person under a key of their own, and that key under one that lies outside the database.

A person's things are AES-256-GCM under their data key; the data key is AES-256-GCM under a master key. What is sealed
is bound to the person's handle and to the thing's name, so that nothing can be put in another's place. Another master
key only wraps the data keys anew; a data key that is destroyed takes everything under it along, in every copy.
"""

import base64
import binascii
import os
import re
from typing import Final, NamedTuple
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES: Final = 32
NONCE_BYTES: Final = 12
_LINE: Final = re.compile(r"(?P<id>[a-z0-9][a-z0-9-]{0,38}):(?P<key>[A-Za-z0-9+/]{43}=)", re.ASCII)
_VERSION: Final = b"bihuan 1"


class BadMasterKeys(ValueError):
    """The master keys cannot be read; the message names the line and says nothing of what stands there."""


class CannotOpen(Exception):
    """What is sealed does not open: another master key sealed it, or somebody changed it."""


class Wrapped(NamedTuple):
    """A person's data key as it may be kept: sealed under the master key of this id."""

    master: str
    body: bytes


class Vault:
    """Seals and opens with the master keys of this installation; the first one wraps, each of them unwraps."""

    def __init__(self, masters: str) -> None:
        """`masters` has one line `id:base64` a key (32 bytes), the present one first; raises BadMasterKeys."""
        self._masters = _read(masters)
        self.present = next(iter(self._masters))

    def new_key(self, handle: UUID) -> tuple[bytes, Wrapped]:
        """A fresh data key, and the form in which it is kept."""
        key = AESGCM.generate_key(bit_length=8 * KEY_BYTES)
        return key, self.wrap(handle, key)

    def wrap(self, handle: UUID, key: bytes) -> Wrapped:
        """A data key sealed under the present master key."""
        return Wrapped(self.present, _seal(self._masters[self.present], key, handle, "key"))

    def unwrap(self, handle: UUID, wrapped: Wrapped) -> bytes:
        """The data key; raises CannotOpen."""
        master = self._masters.get(wrapped.master)
        if master is None:
            raise CannotOpen(f"master key {wrapped.master} is not among BIHUAN_MASTER_KEYS")
        return _open(master, wrapped.body, handle, "key")

    def derived(self, purpose: str) -> bytes:
        """A key for another purpose, that tells nothing of the master key; another master key gives another one."""
        return HKDF(SHA256(), KEY_BYTES, salt=None, info=f"bihuan 1 {purpose}".encode()).derive(
            self._masters[self.present]
        )

    @staticmethod
    def seal(key: bytes, handle: UUID, name: str, body: bytes) -> bytes:
        """One thing of a person, sealed under their data key."""
        return _seal(key, body, handle, name)

    @staticmethod
    def open(key: bytes, handle: UUID, name: str, sealed: bytes) -> bytes:
        """The thing again; raises CannotOpen."""
        return _open(key, sealed, handle, name)


def new_master_line(name: str) -> str:
    """One line for BIHUAN_MASTER_KEYS with a fresh key."""
    return f"{name}:{base64.b64encode(os.urandom(KEY_BYTES)).decode('ascii')}"


def _read(masters: str) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    for number, line in enumerate(filter(None, map(str.strip, masters.splitlines())), start=1):
        match = _LINE.fullmatch(line)
        if match is None:
            raise BadMasterKeys(
                f"BIHUAN_MASTER_KEYS, key {number}: write id:base64 with 32 bytes (bihuan informers key)"
            )
        try:
            key = base64.b64decode(match["key"], validate=True)
        except binascii.Error:
            raise BadMasterKeys(f"BIHUAN_MASTER_KEYS, key {number}: no base64") from None
        if match["id"] in found or len(set(key)) == 1:
            raise BadMasterKeys(f"BIHUAN_MASTER_KEYS, key {number}: its id stands twice, or it is no random key")
        found[match["id"]] = key
    if not found:
        raise BadMasterKeys("BIHUAN_MASTER_KEYS is empty: bihuan informers key makes one")
    return found


def _seal(key: bytes, body: bytes, handle: UUID, name: str) -> bytes:
    nonce = os.urandom(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, body, _bound(handle, name))


def _open(key: bytes, sealed: bytes, handle: UUID, name: str) -> bytes:
    try:
        return AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], _bound(handle, name))
    except (InvalidTag, ValueError):
        raise CannotOpen(f"{name} of {handle} was sealed by another key or changed") from None


def _bound(handle: UUID, name: str) -> bytes:
    return b"\x00".join((_VERSION, handle.bytes, name.encode()))

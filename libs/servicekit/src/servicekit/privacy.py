"""Personal data at rest: sealed field by field with a key per person, found by blind index.

AES-256-GCM (NIST SP 800-38D) with a random 96-bit nonce. Each person's data key is itself sealed
under the service's master key; destroying the data key erases the person, backups included.
A sealed value is bound to its table, column and row: copied elsewhere, it does not open.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
from datetime import date, datetime
from typing import Any, overload

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand
from sqlalchemy.orm import Session, object_session

from servicekit import audit
from servicekit.actors import OPERATOR, Actor
from servicekit.errors import Forbidden

NONCE_BYTES = 12
KEY_BYTES = 32

ERASERS = frozenset({"director", "administrator", OPERATOR})
"""Roles that may have a person erased."""


class Vault:
    """Seals and opens with one master key (32 bytes, base64 in settings)."""

    def __init__(self, master_key: str) -> None:
        try:
            key = base64.b64decode(master_key, validate=True)
        except binascii.Error:
            key = b""
        if len(key) != KEY_BYTES:
            raise ValueError(
                "FIELD_KEY is not a base64 key of 32 bytes; make one with: openssl rand -base64 32"
            )
        self._wrapping = AESGCM(_derive(key, b"wrap data keys"))
        self._own = AESGCM(_derive(key, b"seal what is nobody's"))
        self._index_key = _derive(key, b"blind index")

    def new_data_key(self) -> bytes:
        """A fresh data key, sealed under the master key: what a person's row keeps."""
        return _seal(self._wrapping, os.urandom(KEY_BYTES), b"data key")

    def seal(self, data_key: bytes, text: str, place: str) -> bytes:
        """Seal ``text`` for ``place`` (``table.column:row id``)."""
        return _seal(self._cipher(data_key), text.encode(), place.encode())

    def open(self, data_key: bytes, sealed: bytes, place: str) -> str:
        """Open what was sealed for ``place``; raises InvalidTag where anything was altered."""
        return _open(self._cipher(data_key), sealed, place.encode()).decode()

    def seal_own(self, text: str, place: str) -> bytes:
        """Seal what is no one person's, such as a reply, under a key of the service itself."""
        return _seal(self._own, text.encode(), place.encode())

    def open_own(self, sealed: bytes, place: str) -> str:
        """Open what ``seal_own`` sealed for ``place``."""
        return _open(self._own, sealed, place.encode()).decode()

    def blind_index(self, field: str, text: str) -> str:
        """A keyed digest (HMAC-SHA256, hex) by which equal values are found and nothing is read."""
        return hmac.new(self._index_key, f"{field}\0{text}".encode(), hashlib.sha256).hexdigest()

    def _cipher(self, data_key: bytes) -> AESGCM:
        return AESGCM(_open(self._wrapping, data_key, b"data key"))


def _derive(key: bytes, purpose: bytes) -> bytes:
    return HKDFExpand(SHA256(), KEY_BYTES, purpose).derive(key)


def _seal(cipher: AESGCM, plain: bytes, place: bytes) -> bytes:
    nonce = os.urandom(NONCE_BYTES)
    return nonce + cipher.encrypt(nonce, plain, place)


def _open(cipher: AESGCM, sealed: bytes, place: bytes) -> bytes:
    return cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], place)


def vault_of(session: Session) -> Vault:
    """The vault that the session was opened with."""
    vault: Vault = session.info["vault"]
    return vault


def assign_key(session: Session, row: Any) -> None:
    """Add ``row`` (its id already set) to the session and give it a data key of its own."""
    row.data_key = vault_of(session).new_data_key()
    session.add(row)


def require_eraser(actor: Actor) -> None:
    """Raise Forbidden unless ``actor`` may have a person erased."""
    if actor.role not in ERASERS:
        raise Forbidden(f"{actor.id} erases nobody; ask the director or an administrator")


def destroy_key(session: Session, row: Any, *, on: date, now: datetime, actor: Actor) -> None:
    """Destroy the data key of ``row``, so that what it sealed is erased, and write that down."""
    row.data_key = b""
    row.erased_on = on
    row.version += 1
    audit.record(
        session,
        community=row.community,
        subject=row.id,
        fields=["all"],
        purpose="erasure",
        actor=actor,
        now=now,
    )


def blind_index(session: Session, field: str, text: str) -> str:
    """See ``Vault.blind_index``."""
    return vault_of(session).blind_index(field, text)


class Sealed:
    """``name = Sealed("name_sealed")``: plain text in code, sealed bytes in the column.

    The row has ``id`` and ``data_key`` and is in a session. An erased person (empty data key)
    reads as None. ``key_of`` names the relationship that holds the data key where the row has none.
    """

    def __init__(self, column: str, *, key_of: str | None = None) -> None:
        self.column = column
        self.key_of = key_of

    @overload
    def __get__(self, row: None, owner: type) -> Sealed: ...
    @overload
    def __get__(self, row: object, owner: type) -> str | None: ...
    def __get__(self, row: Any, owner: type) -> Sealed | str | None:
        if row is None:
            return self
        sealed, data_key = getattr(row, self.column), self._data_key(row)
        if sealed is None or not data_key:
            return None
        return vault_of(_session_of(row)).open(data_key, sealed, self._place(row))

    def __set__(self, row: Any, text: str | None) -> None:
        sealed = None
        if text is not None:
            sealed = vault_of(_session_of(row)).seal(self._data_key(row), text, self._place(row))
        setattr(row, self.column, sealed)

    def _data_key(self, row: Any) -> bytes:
        key: bytes = (getattr(row, self.key_of) if self.key_of else row).data_key
        return key

    def _place(self, row: Any) -> str:
        return f"{row.__tablename__}.{self.column}:{row.id}"


def _session_of(row: object) -> Session:
    session = object_session(row)
    if session is None:
        raise RuntimeError(
            f"{type(row).__name__} is in no session; add it before its sealed fields are used"
        )
    return session

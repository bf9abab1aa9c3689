"""Personal data at rest: each person's own AES-256-GCM key, wrapped by the registry's; destroying it erases.

A private field holds ciphertext in the database. A model with private fields keeps its wrapped key in `data_key`.
"""

import hashlib
import hmac
import os
import unicodedata
from collections.abc import Iterator
from datetime import date

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.db import models


def _masters() -> Iterator[bytes]:
    """The key that everything new is kept under, and then the former ones that still open what was kept under them."""
    for secret in (settings.PERSON_KEYS, *settings.PERSON_KEYS_FALLBACKS):
        yield hashlib.sha256(b"person data" + secret.encode()).digest()


def _master() -> bytes:
    return next(_masters())


def wrap_key(key: bytes) -> bytes:
    """A data key, encrypted under the registry's master key: nonce ‖ ciphertext."""
    return seal(_master(), key)


def open_key(wrapped: bytes) -> bytes:
    """A data key, wrapped under the present master key or a former one. Raises InvalidTag where it is under neither."""
    for master in _masters():
        try:
            return unseal(master, wrapped)
        except InvalidTag:
            continue
    raise InvalidTag


def wrapped_anew(wrapped: bytes) -> bytes | None:
    """A data key under the present master key; None where it is under it already. Raises InvalidTag."""
    try:
        unseal(_master(), wrapped)
    except InvalidTag:
        return wrap_key(open_key(wrapped))
    return None


def new_data_key() -> bytes:
    """A fresh key for one person, wrapped."""
    return wrap_key(AESGCM.generate_key(256))


def seal(key: bytes, plain: bytes) -> bytes:
    nonce = os.urandom(12)
    return nonce + AESGCM(key).encrypt(nonce, plain, None)


def unseal(key: bytes, sealed: bytes) -> bytes:
    return AESGCM(key).decrypt(sealed[:12], sealed[12:], None)


def name_digest(name: str) -> str:
    """A keyed hash by which a whole name can be found again without being stored in the clear."""
    return name_digests(name)[0]


def name_digests(name: str) -> list[str]:
    """The same under the present master key, and then under each former one."""
    folded = " ".join(unicodedata.normalize("NFKC", name).casefold().split())
    return [hmac.new(key, folded.encode(), hashlib.sha256).hexdigest() if folded else "" for key in _masters()]


def secret_digest(secret: str) -> str:
    """A keyed hash by which a secret too short to be hashed alone can be recognised."""
    return _secret_digest(_master(), secret)


def is_secret_of(digest: str, secret: str) -> bool:
    """Whether a secret is the one that was recognised by this digest, under the present master key or a former one."""
    return any([hmac.compare_digest(_secret_digest(key, secret), digest) for key in _masters()])


def _secret_digest(key: bytes, secret: str) -> str:
    return hmac.new(key, b"secret\0" + secret.encode(), hashlib.sha256).hexdigest()


class WrappedKeyField(models.BinaryField):
    """A data key, wrapped; where rows may be changed, `rewrapping` finds it and wraps it under a new master key."""

    def deconstruct(self):
        name, _, args, kwargs = super().deconstruct()
        return name, "django.db.models.BinaryField", args, kwargs


class _Sealed:
    """The attribute of a private field: reads decrypt, assignments encrypt, an erased key reads as None."""

    def __init__(self, field):
        self.field = field

    def __get__(self, instance, owner=None):
        if instance is None:
            return self.field
        sealed = instance.__dict__.get(self.field.attname)
        if not sealed:
            return self.field.empty
        if not instance.data_key:
            return None
        try:
            key = open_key(bytes(instance.data_key))
            return self.field.from_text(unseal(key, bytes(sealed)).decode())
        except InvalidTag:
            return None

    def __set__(self, instance, value):
        if isinstance(value, (bytes, memoryview)) or value in (None, ""):
            instance.__dict__[self.field.attname] = bytes(value) if value else b""
            return
        if not instance.data_key:
            instance.data_key = new_data_key()
        key = open_key(bytes(instance.data_key))
        instance.__dict__[self.field.attname] = seal(key, self.field.to_text(value).encode())


class _PrivateField(models.BinaryField):
    empty: object = None

    def __init__(self, *args, **kwargs):
        kwargs.setdefault("editable", True)
        kwargs.setdefault("default", b"")
        super().__init__(*args, **kwargs)

    def contribute_to_class(self, cls, name, **kwargs):
        super().contribute_to_class(cls, name, **kwargs)
        setattr(cls, self.attname, _Sealed(self))

    def pre_save(self, instance, add):
        return instance.__dict__.get(self.attname) or b""

    def value_from_object(self, instance):
        return getattr(instance, self.attname)

    def get_default(self):
        return b""


class PrivateTextField(_PrivateField):
    empty = ""

    def to_text(self, value):
        return str(value)

    def from_text(self, text):
        return text


class PrivateDateField(_PrivateField):
    def to_text(self, value):
        return value.isoformat() if isinstance(value, date) else date.fromisoformat(str(value)).isoformat()

    def from_text(self, text):
        return date.fromisoformat(text)

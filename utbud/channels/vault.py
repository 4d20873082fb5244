"""Secrets at rest: encrypted with a key made from the installation's own, or named as ``env:NAME``."""

import base64
import os

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

FROM_ENVIRONMENT = "env:"


def _box() -> Fernet:
    made = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"utbud.channels").derive(
        settings.SECRET_KEY.encode()
    )
    return Fernet(base64.urlsafe_b64encode(made))


def lock(secret: str) -> str:
    """``secret`` as it is kept. «env:NAME» is kept as it is: the secret itself is then in the environment."""
    if secret.startswith(FROM_ENVIRONMENT):
        return secret
    return _box().encrypt(secret.encode()).decode()


def unlock(kept: str) -> str:
    """The secret, "" when it cannot be read (another secret key, or a variable that is not there)."""
    if kept.startswith(FROM_ENVIRONMENT):
        return os.environ.get(kept.removeprefix(FROM_ENVIRONMENT), "")
    try:
        return _box().decrypt(kept.encode()).decode()
    except InvalidToken:
        return ""

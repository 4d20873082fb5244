"""One way to name content by what it holds."""

import hashlib
import json
from typing import Any


def content_hash(content: Any) -> str:
    """SHA-256 (hex, 64 characters) of JSON-able ``content``; the order of keys does not matter."""
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()

"""A receiver of webhooks that does what docs/operations.md tells one to do."""

import base64
import hashlib
import hmac
import time

from . import Asked, HttpFake, Said


class Receiver(HttpFake):
    """Checks the signature and the time, and does each id once."""

    secret = "secret"

    def __init__(self, monkeypatch):
        super().__init__()
        self.config = {"address": f"{self.url}/in", "secret": "en-hemlighet-som-ingen-gissar"}
        self.seen: set[str] = set()
        self.events: list[str] = []

    def answer(self, asked: Asked) -> Said:
        call_id, moment = asked.headers["Webhook-Id"], asked.headers["Webhook-Timestamp"]
        signed = f"{call_id}.{moment}.".encode() + asked.body
        digest = hmac.new(self.config["secret"].encode(), signed, hashlib.sha256).digest()
        right = "v1," + base64.b64encode(digest).decode()
        if not hmac.compare_digest(asked.headers["Webhook-Signature"], right):
            return 401, {"error": "wrong signature"}
        if abs(time.time() - int(moment)) > 300:
            return 401, {"error": "too old"}
        told = asked.json()
        if call_id in self.seen:
            return 200, {}
        self.seen.add(call_id)
        self.events.append(told["event"])
        if told["event"] == "withdrawn":
            self.posts.pop(told["reference"], None)
        elif told["event"] in ("published", "corrected"):
            self.posts[told["reference"]] = told["text"]
        return 200, {}

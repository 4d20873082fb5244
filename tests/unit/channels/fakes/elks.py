"""46elks as its documents say: https://46elks.se/docs (send-sms, receive-sms, update-account, text-sender-id)."""

import base64
import re
import uuid
from typing import Any

from django.test import Client

from tests.unit.channels.fakes import Asked, HttpFake, Said
from utbud.channels import sms


class Elks(HttpFake):
    """Sends texts, and tells of those that come in: again, until the answer is 200 to 204."""

    secret = "password"
    to = "+46701740605"

    def __init__(self, monkeypatch: Any) -> None:
        super().__init__()
        self.config = {"username": "u1234", "password": "right", "sender": "+46701740699"}
        self.money = 1_000_000  # ten-thousandths of a krona
        self.sent: list[dict[str, str]] = []
        monkeypatch.setattr("utbud.channels.adapters.sms.SERVICE", self.url + "/a1")

    def answer(self, asked: Asked) -> Said:
        given = base64.b64encode(f"{self.config['username']}:{self.config['password']}".encode()).decode()
        if asked.headers.get("Authorization") != f"Basic {given}":
            return 401, b"API access requires Basic HTTP authentication", {"Content-Type": "text/plain"}
        if (asked.method, asked.path) == ("GET", "/a1/me"):
            return 200, {
                "id": "u1234",
                "displayname": "Biblioteket",
                "balance": self.money,
                "currency": "SEK",
            }
        if (asked.method, asked.path) == ("POST", "/a1/sms"):
            return self.take(asked.form())
        return 404, b"Not found", {"Content-Type": "text/plain"}

    def take(self, form: dict[str, str]) -> Said:
        """Send a text."""
        if not re.fullmatch(r"\+\d{8,15}", form.get("to", "")):
            return 400, b'Invalid "to" number', {"Content-Type": "text/plain"}
        if not re.fullmatch(r"\+\d{8,15}|[A-Za-z][A-Za-z0-9]{2,10}", form.get("from", "")):
            return 400, b'Invalid "from" sender', {"Content-Type": "text/plain"}
        if not form.get("message"):
            return 400, b'Missing "message"', {"Content-Type": "text/plain"}
        parts = sms.segments(form["message"])
        cost = parts * 5000
        if cost > self.money:
            return 403, b"Not enough credits", {"Content-Type": "text/plain"}
        told = form | {"status": "created", "direction": "outgoing", "parts": parts}
        if form.get("dryrun") == "yes":
            return 200, told | {"estimated_cost": cost}
        self.money -= cost
        name = f"s{uuid.uuid4().hex}"
        self.posts[name] = form["message"]
        self.sent.append(form)
        return 200, told | {"id": name, "cost": cost}

    def refusal(self, reason: str) -> tuple[int, Any]:
        return 400, reason.encode()

    @staticmethod
    def text_in(
        path: str, message: str, *, number: str = "+46701740605", key: str = "", times: int = 5, **more: Any
    ) -> list[tuple[int, str]]:
        """Tell ``path`` of a text as 46elks does, again until it is taken, at most ``times``. Gives each answer."""
        client = Client(enforce_csrf_checks=True, raise_request_exception=False)
        form = {
            "direction": "incoming",
            "id": key or f"s{uuid.uuid4().hex}",
            "from": number,
            "to": "+46701740699",
            "created": "2026-11-23T08:57:23.741000",
            "message": message,
        }
        answers = []
        for _ in range(times):
            answer = client.post(path, form | more)
            answers.append((answer.status_code, answer.content.decode()))
            if 200 <= answer.status_code <= 204:
                break
        return answers

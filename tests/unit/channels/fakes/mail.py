"""A real mail server on loopback (aiosmtpd) that can be told to say no, to be down, or to fall silent."""

import asyncio
import email
import email.policy
import itertools
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.conf import settings as django_settings


class OnAnyPort(Controller):
    """A server on a port that is free."""

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


class Mail:
    """Keeps to ``Fake``. ``letters`` are all that came, parsed; ``posts`` the plain text of those to subscribers."""

    secret = ""
    to = "anna@example.org https://bibliotek.example.org/prenumerera/sluta/12.abc/"

    def __init__(self, monkeypatch: Any) -> None:
        self.config: dict[str, str] = {}
        self.posts: dict[str, str] = {}
        self.letters: list[EmailMessage] = []
        self.refuse, self.down, self.lose, self.hang = "", 0, 0, 0
        self.mumble: bytes | None = None
        self.hang_up = False  # at RCPT: before it has been given anything
        self.sender_refused, self.full = "", False
        self._numbers = itertools.count()
        self._server = OnAnyPort(self, hostname="127.0.0.1", port=0, server_hostname="mail.example.org")
        self._server.start()
        monkeypatch.setattr(django_settings, "EMAIL_BACKEND", "django.core.mail.backends.smtp.EmailBackend")
        monkeypatch.setattr(django_settings, "EMAIL_HOST", "127.0.0.1")
        monkeypatch.setattr(django_settings, "EMAIL_PORT", self._server.port)
        monkeypatch.setattr(django_settings, "EMAIL_TIMEOUT", 0.5)
        for name in ("EMAIL_HOST_USER", "EMAIL_HOST_PASSWORD"):
            monkeypatch.setattr(django_settings, name, "")
        for name in ("EMAIL_USE_TLS", "EMAIL_USE_SSL"):
            monkeypatch.setattr(django_settings, name, False)

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """MAIL FROM: where a busy server says later, and a strict one that it does not know us."""
        if self.down:
            self.down -= 1
            return "421 4.3.2 Try later"
        if self.sender_refused:
            return self.sender_refused
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """RCPT TO: where an address that is not there is refused."""
        if self.refuse:
            return f"550 5.1.1 {self.refuse}"
        if self.hang_up:
            server.transport.close()
        if self.full:
            return "452 4.2.2 Mailbox full"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """The letter itself. It is kept before anything can go wrong with the answer."""
        letter = email.message_from_bytes(envelope.content, policy=email.policy.default)
        assert isinstance(letter, EmailMessage)
        self.letters.append(letter)
        body = letter.get_body(("plain",))
        if letter["List-Id"]:  # one that comes twice is two letters, whatever its Message-ID
            self.posts[f"{letter['Message-ID']} {next(self._numbers)}"] = body.get_content() if body else ""
        if self.lose:
            self.lose -= 1
            server.transport.close()
        if self.hang:
            self.hang -= 1
            await asyncio.sleep(1)
        if self.mumble is not None:
            self.mumble = None
            return "299 What?"
        return "250 OK"

    def close(self) -> None:
        """Stop. Twice is once."""
        if not self._server.loop.is_closed():
            self._server.stop()

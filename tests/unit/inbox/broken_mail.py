"""A mail server that is down."""

from django.core.mail.backends.base import BaseEmailBackend


class EmailBackend(BaseEmailBackend):
    def open(self) -> bool:
        raise ConnectionRefusedError("servern svarar inte")

    def send_messages(self, email_messages) -> int:
        raise ConnectionRefusedError("servern svarar inte")

"""A letter is given to the mail server, and what became of it told apart: not now, never, or perhaps.

What fails before the server has asked for the letter's words can be tried again: nobody has got anything. What is lost
after that may have come through, and is never sent again by itself. Every letter of the house goes this way.
"""

import contextlib
import smtplib
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.utils.functional import Promise, lazy
from django.utils.translation import gettext as _

AS_FILES = "django.core.mail.backends.filebased.EmailBackend"  # settings.py, where no mail server is named


def go_out() -> bool:
    """Whether letters reach anybody: without a mail server they are kept as files (docs/operations.md)."""
    return bool(settings.EMAIL_BACKEND != AS_FILES)


def promise(says: str | Promise, *, instead: str | Promise = "") -> str:
    """``says`` that a letter goes, or, where there is no mail server, that none does and what to do ``instead``.

    Every page of the staff side that promises a letter says it through this.
    """
    if go_out():
        return str(says)
    return " ".join(filter(None, (_("Ingen e-postserver är inställd, så inget brev går ut."), str(instead))))


lazy_promise = lazy(promise, str)  # for what is written when the program starts


class NotNow(Exception):
    """Nothing was sent, and it can be tried again. The message is Swedish, and is shown as it is."""


class Never(Exception):
    """The server will not take this letter. The message is Swedish, says why, and is shown as it is."""


class Perhaps(Exception):
    """The letter may have come through, or not: the answer was lost. A person decides. The message is Swedish."""


def hand_over(letter: EmailMessage) -> None:
    """Give ``letter`` to the mail server. Raises NotNow, Never or Perhaps; else the server has taken it."""
    connection = get_connection()
    try:
        connection.open()
    except (OSError, smtplib.SMTPException) as error:
        raise NotNow(_("E-postservern svarar inte, eller släpper inte in oss.")) from error
    given = _Given(connection)
    try:
        if not connection.send_messages([letter]):
            raise Never(_("Brevet har ingen mottagare."))
    except smtplib.SMTPRecipientsRefused as error:
        code, reason = next(iter(error.recipients.values()))
        raise _no(code, reason, given.words) from error
    except smtplib.SMTPSenderRefused as error:
        if error.smtp_code < 500:
            raise _no(error.smtp_code, error.smtp_error, given.words) from error
        # Our own address: mended by us, and then every letter can go.
        raise NotNow(
            _("E-postservern tar inte emot brev från vår adress (svar %(code)s).") % {"code": error.smtp_code}
        ) from error
    except smtplib.SMTPResponseException as error:
        raise _no(error.smtp_code, error.smtp_error, given.words) from error
    except (OSError, smtplib.SMTPException) as error:
        if given.words:
            raise Perhaps(_("E-postservern tystnade mitt i. Brevet kan ha gått fram.")) from error
        raise NotNow(_("E-postservern svarade inte. Inget gick iväg.")) from error
    finally:
        with contextlib.suppress(OSError, smtplib.SMTPException):
            connection.close()  # it has what it was given: that it says no goodbye changes nothing


class _Given:
    """Whether the words of a letter have begun to be given to the server, as far as can be seen (else: yes)."""

    def __init__(self, connection: Any) -> None:
        smtp = getattr(connection, "connection", None)
        self.words = not isinstance(smtp, smtplib.SMTP)
        if isinstance(smtp, smtplib.SMTP):
            data = smtp.data

            def told(message: Any) -> Any:
                self.words = True
                return data(message)

            smtp.data = told  # type: ignore[method-assign, assignment]


def _no(code: int, reason: bytes | str, words: bool) -> Exception:
    """What an answer other than yes means, where the letter's ``words`` had begun to be given or not."""
    why = reason.decode(errors="replace") if isinstance(reason, bytes) else reason
    if 500 <= code < 600:
        return Never(
            _("E-postservern tar inte emot brevet: %(code)s %(why)s") % {"code": code, "why": why[:200]}
        )
    if 400 <= code < 500 or not words:
        return NotNow(_("E-postservern tar inte emot just nu (svar %(code)s).") % {"code": code})
    return Perhaps(_("E-postservern svarade något som inte går att förstå. Brevet kan ha gått fram."))

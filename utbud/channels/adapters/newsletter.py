"""A letter by e-mail to those who have asked for it. Plain, without pictures from us: nobody is followed."""

import uuid
from email.utils import formataddr, parseaddr

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives
from django.core.validators import validate_email
from django.template.loader import render_to_string
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from utbud.base import letters
from utbud.channels.channel import EMAIL, Channel, Receipt, Refused, Remark, Setting, Unavailable, Unsure
from utbud.channels.post import Post


class Newsletter(Channel):
    """A letter to each subscriber, as plain text and as simple HTML that says the same.

    ``to`` is an address, a space, and the address of the page where this subscriber stops: «anna@example.org
    https://…/prenumerera/sluta/…/». Without the second part the letter is no mailing, and has no way to stop it.
    SMTP knows no key, so a letter whose answer was lost is not sent again by itself; its Message-ID is the key's, so
    that one that a person sends again is known by mail programs as the same.
    """

    slug = "newsletter"
    label = _("Nyhetsbrev")
    about = _(
        "Ett brev med e-post till var och en som har bett om det. Det går genom den e-postserver som systemet använder. "
        "I varje brev finns en länk för att sluta."
    )
    requires = (
        Setting(
            name="reply_to",
            label=_("Svar går till"),
            help=_("En e-postadress som någon läser. Tomt: svaren går till avsändaren."),
            required=False,
        ),
    )
    subscribers = EMAIL

    def body(self, post: Post) -> str:
        return "\n\n".join(part for part in (post.lead, post.text) if part)

    def tail(self, post: Post) -> str:
        return _now("Läs mer, lyssna eller skriv ut: %(url)s") % {"url": post.url}

    def remarks(self, post: Post, text: str) -> list[Remark]:
        found = super().remarks(post, text)
        if not letters.go_out():
            found.append(
                Remark(says=_now("Ingen e-postserver är inställd. Breven sparas som filer och når ingen."))
            )
        return found

    def send(self, post: Post, text: str, *, key: str, to: str = "") -> Receipt:
        """Raises Refused when the address is wrong or the server says never, Unsure when its answer was lost."""
        address, _space, stop = to.partition(" ")
        try:
            validate_email(address)
        except ValidationError:
            raise Refused(_now("E-postadressen är inte hel.")) from None
        letter = self._letter(post, text, key=key, address=address, stop=stop)
        _hand_over(letter)
        return Receipt(letter.extra_headers["Message-ID"])

    def test(self, *, to: str = "") -> str:
        """Send a letter that says that it is a test."""
        to = to.partition(" ")[0]
        if not to:
            raise Refused(_now("Skriv en e-postadress att skicka provet till."))
        post = Post.note(title=_now("Ett prov från biblioteket"))
        text = _now("Det här är ett prov. Nyhetsbrevet går att skicka. Du behöver inte göra något.")
        self.send(post, text, key=str(uuid.uuid4()), to=to)
        if not letters.go_out():
            return _now("Ingen e-postserver är inställd. Provet sparades som en fil i %(folder)s.") % {
                "folder": settings.EMAIL_FILE_PATH
            }
        return _now("E-postservern tog emot ett brev till %(to)s. Se efter att det kommer fram.") % {"to": to}

    def _letter(self, post: Post, text: str, *, key: str, address: str, stop: str) -> EmailMultiAlternatives:
        _name, sender = parseaddr(settings.DEFAULT_FROM_EMAIL)
        domain = sender.rpartition("@")[2]
        headers = {
            "Message-ID": f"<{key}@{domain}>",
            "Auto-Submitted": "auto-generated",  # RFC 3834: no machine should answer it
        }
        if stop:
            headers |= {
                "List-Id": f"<nyhetsbrev.{domain}>",  # RFC 2919
                "List-Unsubscribe": f"<{stop}>",
                "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",  # RFC 8058
            }
        context = {"post": post, "text": text.replace("\r\n", "\n").strip(), "stop": stop}
        reply_to = self.config.get("reply_to", "")
        letter = EmailMultiAlternatives(
            subject=" ".join(f"{post.kind}: {post.title}".removeprefix(": ").split()),
            body=render_to_string("channels/mail/newsletter.txt", context),
            from_email=formataddr((" ".join(post.sender.split()), sender)),
            to=[address],
            reply_to=[reply_to] if reply_to else None,
            headers=headers,
        )
        letter.attach_alternative(render_to_string("channels/mail/newsletter.html", context), "text/html")
        return letter


def _hand_over(letter: EmailMultiAlternatives) -> None:
    try:
        letters.hand_over(letter)
    except letters.Never as error:
        raise Refused(str(error)) from error
    except letters.NotNow as error:
        raise Unavailable(str(error)) from error
    except letters.Perhaps as error:
        raise Unsure(str(error)) from error

"""What keeps machines out of a public form without asking people to prove anything.

A field that only machines fill in, a signed stamp that tells how long the page was open, and a count by
hour of a salted hash of the address. Whoever is stopped keeps what was typed and can send again or ring.
"""

import datetime as dt
import secrets
from typing import Any

from django import forms
from django.core import signing
from django.core.exceptions import ValidationError
from django.db.models import F
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from utbud.base.hashing import content_hash
from utbud.base.networks import network, wide
from utbud.inbox.models import Attempt

SALT = "utbud.inbox.guards"
FASTEST = dt.timedelta(seconds=2)
OLDEST = dt.timedelta(hours=24)
PER_HOUR, WIDER = 5, 4  # from one household; as many times more from the net around it
OWN_FIELDS = ("stamp", "website")  # of the guard, not of what was said


class OnceForm(forms.Form):
    """A form that knows itself again: sent twice, it is still one submission.

    ``now`` is when the page is shown or sent. Show the hidden fields with inbox/_guard.html. A form of several pages
    carries its stamp on as ``initial``.
    """

    stamp = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, now: dt.datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.now = now
        given = (
            self.data.get(self.add_prefix("stamp"), "") if self.is_bound else self.initial.get("stamp", "")
        )
        self.key, self.shown_at = _read_stamp(given)

    @property
    def fresh_stamp(self) -> str:
        """The stamp to show: the one that came if it is still good, so that sending again is the same submission."""
        good = self.shown_at is not None and dt.timedelta(0) <= self.now - self.shown_at < OLDEST
        at = self.shown_at if good and self.shown_at else self.now
        return signing.dumps({"at": at.timestamp(), "key": self.key}, salt=SALT)

    def submission_key(self) -> str:
        """The same for the same words from the same page; a changed text is a new submission."""
        said = {name: value for name, value in self.cleaned_data.items() if name not in OWN_FIELDS}
        return content_hash([self.key, said])


class GuardedForm(OnceForm):
    """A public form. Fields of its own come from subclasses."""

    website = forms.CharField(required=False)

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if data.get("website"):
            raise ValidationError(
                _("Vi kunde inte ta emot det du skrev. Skicka en gång till, eller ring oss.")
            )
        open_for = self.now - self.shown_at if self.shown_at else None
        if open_for is None or not dt.timedelta(0) <= open_for < OLDEST:
            raise ValidationError(
                _("Sidan har varit öppen länge. Läs igenom det du skrev och skicka en gång till.")
            )
        if open_for < FASTEST:
            raise ValidationError(
                _("Det gick lite för fort för oss. Läs igenom det du skrev och skicka en gång till.")
            )
        return data


def _read_stamp(text: str) -> tuple[str, dt.datetime | None]:
    """The key and moment in a stamp; a new key and None for one that is not ours."""
    try:
        held = signing.loads(text, salt=SALT)
        return held["key"], dt.datetime.fromtimestamp(held["at"], dt.UTC)
    except signing.BadSignature:
        return secrets.token_urlsafe(16), None


def within_limit(*, address: str, now: dt.datetime, purpose: str = "inbox", limit: int = PER_HOUR) -> bool:
    """Count one submission for ``purpose`` from ``address`` in this hour; False when ``limit`` was reached."""
    hour = now.replace(minute=0, second=0, microsecond=0)
    nets = [(network(address), limit)]
    if ":" in (wider := wide(address)):  # who rents a server has thousands of networks of a household's size
        nets.append((wider, WIDER * limit))
    for net, most in nets:
        digest = salted_hmac(SALT, f"{purpose} {hour:%Y-%m-%d} {net}", algorithm="sha256").hexdigest()
        row, _made = Attempt.objects.get_or_create(digest=digest, hour=hour)
        if not Attempt.objects.filter(pk=row.pk, count__lt=most).update(count=F("count") + 1):
            return False
    return True


def over_limit_words(phone: str) -> str:
    """What is said to somebody who is over the limit."""
    if phone:
        return _(
            "Vi har fått flera meddelanden härifrån den senaste timmen. Ring oss på %(phone)s, så hjälper vi dig."
        ) % {"phone": phone}
    return _("Vi har fått flera meddelanden härifrån den senaste timmen. Vänta en timme och skicka igen.")

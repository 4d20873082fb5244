"""Logging in and asking for a new password, at a pace."""

import datetime as dt
import math
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from wagtail.admin.forms import auth

from utbud.base.letters import promise
from utbud.people import lanes, letters, logins

SLOWED = "slowed"  # the code of an error that is over by itself


class LoginForm(auth.LoginForm):
    """One try at a time, and after some wrong ones a wait. Where it is for one account ``only``, no other is let in."""

    def __init__(self, *args: Any, only: int | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.only = only

    def clean(self) -> dict[str, Any]:
        name, password = self.cleaned_data.get("username"), self.cleaned_data.get("password")
        if not name or not password or self.request is None:
            return super().clean()
        now = timezone.now()
        who = logins.caller(self.request, name, now)
        try:
            with lanes.lane(known=who.known):
                attempt = logins.begin(who=who, now=now)
                try:
                    cleaned = super().clean()
                except ValidationError:
                    logins.refused(attempt=attempt)
                    raise
                if self.only not in (None, self.get_user().pk):  # nobody is let in, so nobody has logged in
                    raise ValidationError(_("Det här skrev någon annan. Logga in som den personen."))
                logins.let_in(attempt=attempt, user=self.get_user())
        except lanes.Busy:
            raise ValidationError(
                _("Flera loggar in just nu. Vänta några sekunder och försök igen."), code=SLOWED
            ) from None
        except logins.TooSoon as error:
            raise ValidationError(
                _(
                    "Det har blivit fel flera gånger. Vänta %(wait)s och försök igen. Har du glömt lösenordet? %(way)s"
                )
                % {
                    "wait": wait_words(error.wait),
                    "way": promise(_("Du kan få ett brev."), instead=_("Fråga den som är administratör.")),
                },
                code=SLOWED,
            ) from None
        return cleaned


class PasswordResetForm(auth.PasswordResetForm):
    """Answers the same whether there is such an account; the letter goes from the worker."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request: Any = None  # the view gives it

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if email := cleaned.get("email"):
            now = timezone.now()
            try:
                logins.ask_for_letter(who=logins.caller(self.request, email, now), now=now)
            except logins.TooSoon:
                raise ValidationError(
                    _(
                        "Flera brev har gått den senaste timmen. Titta i din e-post, eller försök igen om en timme."
                    ),
                    code=SLOWED,
                ) from None
        return cleaned

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Have the letter sent to whoever has the address."""
        for user in self.get_users(self.cleaned_data["email"]):
            letters.send_reset_letter.enqueue(user.pk)


def wait_words(wait: dt.timedelta) -> str:
    """«40 sekunder», «3 minuter»: rounded up."""
    seconds = max(1, math.ceil(wait.total_seconds()))
    if seconds < 60:
        return ngettext("%(n)s sekund", "%(n)s sekunder", seconds) % {"n": seconds}
    minutes = math.ceil(seconds / 60)
    return ngettext("%(n)s minut", "%(n)s minuter", minutes) % {"n": minutes}

"""What is done for people a moment later."""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.forms import PasswordResetForm
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django_tasks import task

from utbud.base import letters
from utbud.people.models import User


class ResetForm(PasswordResetForm):
    """Django's own logs a letter that the mail server did not take, and says that it went."""

    def send_mail(
        self,
        subject_template_name: str,
        email_template_name: str,
        context: dict[str, Any],
        from_email: str | None,
        to_email: str,
        html_email_template_name: str | None = None,
    ) -> None:
        subject = " ".join(render_to_string(subject_template_name, context).split())
        letters.hand_over(
            EmailMessage(subject, render_to_string(email_template_name, context), from_email, [to_email])
        )


@task(priority=50)
def send_reset_letter(user_pk: int) -> None:
    """Send the letter with a link to choose a new password. The link is made here: it stands in no queue.

    Raises letters.NotNow, Never or Perhaps: the job has failed then, which the health check tells of.
    """
    user = User.objects.get(pk=user_pk)
    form = ResetForm({"email": user.email})
    form.get_users = lambda email: [user]  # type: ignore[method-assign]
    if form.is_valid():
        form.save(
            domain_override=urlsplit(settings.BASE_URL).netloc,
            use_https=settings.SECURE,
            subject_template_name="wagtailadmin/account/password_reset/email_subject.txt",
            email_template_name="wagtailadmin/account/password_reset/email.txt",
        )

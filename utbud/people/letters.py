"""What is done for people a moment later."""

from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.forms import PasswordResetForm
from django_tasks import task

from utbud.people.models import User


@task(priority=50)
def send_reset_letter(user_pk: int) -> None:
    """Send the letter with a link to choose a new password. The link is made here: it stands in no queue."""
    user = User.objects.get(pk=user_pk)
    form = PasswordResetForm({"email": user.email})
    form.get_users = lambda email: [user]  # type: ignore[method-assign]
    if form.is_valid():
        form.save(
            domain_override=urlsplit(settings.BASE_URL).netloc,
            use_https=settings.SECURE,
            subject_template_name="wagtailadmin/account/password_reset/email_subject.txt",
            email_template_name="wagtailadmin/account/password_reset/email.txt",
        )

"""Pages of the staff side: who has tried to log in."""

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from utbud.people import logins
from utbud.people.models import LoginTry
from utbud.people.staff import staff_page

SHOWN = 200


@require_safe
@permission_required("people.view_logintry", raise_exception=True)
def login_tries(request: HttpRequest) -> HttpResponse:
    """The latest tries; those that came in too, since one recognises oneself."""
    now = timezone.now()
    context = {
        "tries": LoginTry.objects.select_related("user")[:SHOWN],
        "failures": logins.failures(now),
        "shown": SHOWN,
        "days": logins.ADDRESS_KEPT.days,
        "kept": logins.KEPT.days,
    }
    return staff_page(request, "people/login_tries.html", context, title=_("Inloggningar"), icon="lock")

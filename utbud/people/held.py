"""What the staff side says when something cannot be deleted because other things need it: never a fault, always a way on."""

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

from django.db.models import ProtectedError, RestrictedError
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from utbud.people.staff import staff_page

DJANGOS_OWN = "Cannot delete"  # how the database layer's words begin; ours are in Swedish


class SayWhatHolds:
    """For every page of the staff side: a deletion that is refused is answered with what hinders and what to do."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """The view's transaction is rolled back by now: nothing is deleted."""
        if not isinstance(exception, (ProtectedError, RestrictedError)):
            return None
        home = reverse("wagtailadmin_home")
        if not request.path.startswith(home):
            return None
        holders: Iterable[Any] = getattr(exception, "protected_objects", None) or exception.restricted_objects  # type: ignore[union-attr]
        says = str(exception.args[0])
        own = "" if says.startswith(DJANGOS_OWN) else says
        context = {
            "says": own,
            "holders": [] if own else _counted(holders),
            "is_page": "/pages/" in request.path or "/bulk/wagtailcore/page/" in request.path,
            "back": home,
        }
        return staff_page(
            request,
            "people/held.html",
            context,
            title=_("Det går inte att ta bort"),
            icon="warning",
            status=409,
        )


def _counted(holders: Iterable[Any]) -> list[str]:
    """«2 kursomgångar»: how many of each kind. Who or what they are is not told, since not everyone may see it."""
    kinds = Counter(type(one) for one in holders)
    return sorted(
        f"{count} {kind._meta.verbose_name if count == 1 else kind._meta.verbose_name_plural}"
        for kind, count in kinds.items()
    )

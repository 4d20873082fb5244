"""What the staff's pages about films and sounds share."""

from collections.abc import Callable
from typing import Any, cast

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from wagtail.admin.auth import permission_required
from wagtail.models import Page

from utbud.media.models import TimedPage
from utbud.people.models import User

ICON = "media"
may_see: Callable[..., Any] = permission_required("media.view_asset")
may_add: Callable[..., Any] = permission_required("media.add_asset")


def who(request: HttpRequest) -> User:
    """Who asks; the permission checks let nobody else in."""
    return cast(User, request.user)


def page_of(request: HttpRequest, page_id: int) -> Any:
    """The page with a film or a sound that whoever asks may edit. Raises Http404 or PermissionDenied."""
    page: Any = get_object_or_404(Page, pk=page_id).specific
    may_edit = page.permissions_for_user(request.user).can_edit()
    if not (isinstance(page, TimedPage) and may_edit):
        raise PermissionDenied
    return page

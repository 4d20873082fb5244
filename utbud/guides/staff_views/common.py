"""What the staff's pages about guides share."""

from typing import Any, cast

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from utbud.guides.models import GuideIndexPage, GuidePage
from utbud.people.models import User

ICON = "list-ol"
SHOWS = ["GET", "HEAD", "POST"]


def who(request: HttpRequest) -> User:
    """Who asks; Wagtail lets nobody else in."""
    return cast(User, request.user)


def index_for(request: HttpRequest) -> GuideIndexPage:
    """The list of guides, for one who may write guides. Raises PermissionDenied or Http404."""
    index = get_object_or_404(GuideIndexPage)
    if not index.permissions_for_user(request.user).can_add_subpage():
        raise PermissionDenied
    return index


def guide_for(request: HttpRequest, page_id: int) -> GuidePage:
    """A guide, for one who may change it. Raises PermissionDenied or Http404."""
    guide = get_object_or_404(GuidePage, pk=page_id)
    if not guide.permissions_for_user(request.user).can_edit():
        raise PermissionDenied
    return guide


def posted(request: HttpRequest) -> Any:
    """What was sent, or None for a form that is only to be shown."""
    return request.POST if request.method == "POST" else None

"""Wagtail's own editors of what has no versions, guarded: accounts and pictures."""

from typing import Any

from wagtail.users.forms import UserEditForm
from wagtail.users.views import users

from utbud.base.pictures import SafeImageForm
from utbud.people.guarded import GuardedRow


class ImageForm(GuardedRow, SafeImageForm):
    """That of a picture."""


class UserForm(GuardedRow, UserEditForm):
    """That of somebody's account."""


class UserViewSet(users.UserViewSet):
    """The pages of accounts."""

    def get_form_class(self, for_update: bool = False) -> Any:
        return UserForm if for_update else super().get_form_class(for_update)

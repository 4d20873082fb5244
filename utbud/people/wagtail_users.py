"""Wagtail's users, whose accounts are changed by a guarded form."""

from wagtail.users.apps import WagtailUsersAppConfig


class UsersConfig(WagtailUsersAppConfig):
    user_viewset = "utbud.people.editors.UserViewSet"

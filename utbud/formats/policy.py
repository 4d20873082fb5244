"""Who may work with recordings: whoever may write pages."""

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet
from wagtail.permission_policies.base import BasePermissionPolicy
from wagtail.permission_policies.pages import PagePermissionPolicy


class RecordingPolicy(BasePermissionPolicy):
    """All rights to recordings for those with the staff side and the right to add pages somewhere."""

    def user_has_permission(self, user: Any, action: str) -> bool:
        """Whether ``user`` may do ``action`` ("add", "change" and so on: all or none)."""
        may_log_in: bool = user.is_active and user.has_perm("wagtailadmin.access_admin")
        return may_log_in and PagePermissionPolicy().user_has_permission(user, "add")

    def users_with_any_permission(self, actions: Iterable[str]) -> QuerySet[Any]:
        """Those who may add pages."""
        return PagePermissionPolicy().users_with_permission("add")

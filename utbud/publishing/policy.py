"""What has been put before a publisher stays as it was: pictures are neither replaced nor deleted, pages go to the archive.

The staff side asks first (the permission policy, ApprovedPagePermissions); these are the walls behind it, for every other way.
"""

from typing import Any

from django.db.models import ProtectedError
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.images.models import Image
from wagtail.images.permissions import permission_policy
from wagtail.models import Page
from wagtail.permission_policies.collections import CollectionOwnershipPermissionPolicy

from utbud.publishing import queries, queries_archive


class ImagePolicy(CollectionOwnershipPermissionPolicy):
    """Wagtail's, but nobody deletes a picture that readers see or that a publisher has been shown."""

    def user_has_permission_for_instance(self, user: Any, action: str, instance: Any) -> bool:
        if action == "delete" and queries.is_kept(instance):
            return False
        return bool(super().user_has_permission_for_instance(user, action, instance))


def hold() -> None:
    """Put the policy in place of Wagtail's. Its views have imported the object by then, so it is the class that changes."""
    permission_policy.__class__ = ImagePolicy


def keep_file(instance: Image, **_kwargs: Any) -> None:
    """Before a picture is saved: the file of one that is kept is the one that was approved."""
    if not instance.pk:
        return
    before = Image.objects.filter(pk=instance.pk).values_list("file", flat=True).first()
    if before and before != instance.file.name and queries.is_kept(instance):
        raise ProtectedError(_("Bildens fil kan inte bytas. Ladda upp en ny bild i stället."), {instance})


def keep_picture(instance: Image, **_kwargs: Any) -> None:
    """Before a picture is deleted."""
    if queries.is_kept(instance):
        raise ProtectedError(_("Bilden används, eller har använts, på en sida."), {instance})


def keep_page(instance: Page, **_kwargs: Any) -> None:
    """Before a page is deleted: one that has been public is in the archive, and its time there is over."""
    if instance.first_published_at is not None and not queries_archive.is_over(instance.pk, timezone.now()):
        raise ProtectedError(_("Sidan har varit publicerad. Den läggs i arkivet i stället."), {instance})

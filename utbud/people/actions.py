"""What is done to people's rows: the three roles, and the lists that the law and DigComp give."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml
from django.contrib.auth.models import Group, Permission
from django.db import transaction
from django.db.models import Q
from wagtail.models import (
    PAGE_PERMISSION_TYPES,
    Collection,
    GroupCollectionPermission,
    GroupPagePermission,
    Page,
)

from utbud.people.models import ADMINISTRATOR, EDITOR, PUBLISHER, Competence, TargetGroup

DATA = Path(__file__).parent / "data"

# What staff may do, as «app.codename». One that is not there (an app not installed, a permission not
# made yet) is passed over; the next call finds it.
STAFF_PERMISSIONS = (
    "wagtailadmin.access_admin",
    "formats.add_recording",
    "formats.change_recording",
    "formats.view_recording",
    "inbox.add_message",
    "inbox.change_message",
    "inbox.view_message",
    "calendar.view_booking",
    "calendar.view_resource",
    "channels.view_channelsetup",
    "channels.view_delivery",
    "channels.change_delivery",
    "channels.view_subscriber",
    "channels.add_subscriber",
    "channels.change_subscriber",
    "channels.delete_subscriber",
    "notices.view_notice",
    "notices.change_notice",
    "courses.add_registration",
    "courses.change_registration",
    "courses.view_registration",
    "courses.view_run",
    "courses.add_run",
    "courses.change_run",
    "courses.view_occasion",
    "courses.add_occasion",
    "courses.change_occasion",
    "media.add_asset",
    "media.view_asset",
    "learning.add_digitalservice",
    "learning.change_digitalservice",
    "learning.view_digitalservice",
    "learning.add_servicechange",
    "guides.add_markedpicture",
    "podcast.change_productionstep",
    "podcast.view_dailydownloads",
)
STAFF_ON_PAGES = ("wagtailcore.add_page", "wagtailcore.change_page")
STAFF_ON_COLLECTIONS = ("wagtailimages.add_image", "wagtailimages.change_image", "wagtailimages.choose_image")
ALL_ON_PAGES = tuple(f"wagtailcore.{codename}" for codename, *_words in PAGE_PERMISSION_TYPES)
ALL_ON_COLLECTIONS = (
    *STAFF_ON_COLLECTIONS,
    "wagtailcore.add_collection",
    "wagtailcore.change_collection",
    "wagtailcore.delete_collection",
)
# Given by a person to a person, never by a role: it lets one publish without the four eyes.
BY_HAND_ONLY = "publishing.emergency_approve"


@transaction.atomic
def ensure_roles() -> None:
    """Make the three roles and give them what they lack. Takes nothing away; can be called at any time.

    Wagtail's own two groups are removed while nobody is in them: they are in English and may publish
    without approval.
    """
    Group.objects.filter(name__in=["Moderators", "Editors"], user=None).delete()
    for role in (EDITOR, PUBLISHER):
        group, _made = Group.objects.get_or_create(name=role)
        group.permissions.add(*_permissions(STAFF_PERMISSIONS))
        _give_on_pages(group, _permissions(STAFF_ON_PAGES))
        _give_on_collections(group, _permissions(STAFF_ON_COLLECTIONS))
    group, _made = Group.objects.get_or_create(name=ADMINISTRATOR)
    group.permissions.add(*Permission.objects.exclude(_named([BY_HAND_ONLY])))
    _give_on_pages(group, _permissions(ALL_ON_PAGES))
    _give_on_collections(group, _permissions(ALL_ON_COLLECTIONS))


def _named(names: Iterable[str]) -> Q:
    found = Q(pk__in=[])
    for name in names:
        app, codename = name.split(".")
        found |= Q(content_type__app_label=app, codename=codename)
    return found


def _permissions(names: Iterable[str]) -> list[Permission]:
    return list(Permission.objects.filter(_named(names)))


def _give_on_pages(group: Group, permissions: Iterable[Permission]) -> None:
    root = Page.get_first_root_node()
    if root is None:
        return
    for permission in permissions:
        GroupPagePermission.objects.get_or_create(group=group, page=root, permission=permission)


def _give_on_collections(group: Group, permissions: Iterable[Permission]) -> None:
    root = Collection.get_first_root_node()
    if root is None:
        return
    for permission in permissions:
        GroupCollectionPermission.objects.get_or_create(group=group, collection=root, permission=permission)


@transaction.atomic
def load_target_groups() -> int:
    """Add the groups that the Libraries Act names, by code; one that is there keeps what staff wrote.

    Returns how many there are in the list.
    """
    rows = _read("target_groups.yaml")
    for row in rows:
        TargetGroup.objects.get_or_create(code=row["code"], defaults={"name": row["name"], "law": row["law"]})
    return len(rows)


@transaction.atomic
def load_competences() -> int:
    """Write DigComp's competences, by version and code. Returns how many there are in the list."""
    framework = _read("competences.yaml")
    written = 0
    for area in framework["areas"]:
        for row in area["competences"]:
            Competence.objects.update_or_create(
                version=framework["version"],
                code=row["code"],
                defaults={"area": area["name"], "name": row["name"], "code_22": row["code_22"]},
            )
            written += 1
    return written


def _read(name: str) -> Any:
    return yaml.safe_load((DATA / name).read_text(encoding="utf-8"))

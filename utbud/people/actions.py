"""What is done to people's rows: the four roles, who looked at what, and the lists that the law and DigComp give."""

import datetime as dt
import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml
from dateutil.relativedelta import relativedelta
from django.contrib.auth.models import Group, Permission
from django.db import DatabaseError, connection, transaction
from django.db.models import Q
from wagtail.models import (
    PAGE_PERMISSION_TYPES,
    Collection,
    GroupCollectionPermission,
    GroupPagePermission,
    Page,
)

from utbud.people.models import (
    ADMINISTRATOR,
    DESK,
    EDITOR,
    PUBLISHER,
    Competence,
    Look,
    ResponsiblePublisher,
    TargetGroup,
    User,
)

logger = logging.getLogger(__name__)
DATA = Path(__file__).parent / "data"

# What each role may do, as «app.codename» (docs/adr/0024). One that is not there (an app not installed, a permission
# not made yet) is passed over; the next call finds it.
ENTER = ("wagtailadmin.access_admin",)
PLANNING = (  # courses and whom they keep busy; who comes is not part of it
    "calendar.view_booking",
    "calendar.view_resource",
    "courses.view_run",
    "courses.add_run",
    "courses.change_run",
    "courses.view_occasion",
    "courses.add_occasion",
    "courses.change_occasion",
)
WRITING = (
    "formats.add_recording",
    "formats.change_recording",
    "formats.view_recording",
    "publishing.view_approvalrequest",
    "channels.view_channelsetup",
    "channels.view_delivery",
    "channels.change_delivery",
    "media.add_asset",
    "media.view_asset",
    "learning.view_plannedweek",
    "learning.add_digitalservice",
    "learning.change_digitalservice",
    "learning.view_digitalservice",
    "learning.add_servicechange",
    "guides.add_markedpicture",
    "podcast.change_productionstep",
    "podcast.view_dailydownloads",
)
MEETING = (  # what is known of people: names, numbers, what they need, what was said to them
    "inbox.add_message",
    "inbox.change_message",
    "inbox.view_message",
    "channels.view_subscriber",
    "channels.add_subscriber",
    "channels.change_subscriber",
    "channels.delete_subscriber",
    "notices.view_notice",
    "notices.change_notice",
    "courses.add_registration",
    "courses.change_registration",
    "courses.view_registration",
    "courses.export_registration",
)
HELPING = (  # visits that name nobody, and what is asked about them
    "helpdesk.add_visit",
    "helpdesk.change_visit",
    "helpdesk.view_visit",
    "helpdesk.add_question",
    "helpdesk.change_question",
    "helpdesk.view_question",
)
HOURS = ("places.set_day",)  # closed tomorrow
ROLES = {
    EDITOR: ENTER + PLANNING + WRITING + HOURS,
    PUBLISHER: ENTER + PLANNING + WRITING + HOURS,
    DESK: ENTER + PLANNING + MEETING + HELPING + HOURS,
}
WRITERS = (EDITOR, PUBLISHER)
WRITERS_ON_PAGES = ("wagtailcore.add_page", "wagtailcore.change_page")
WRITERS_ON_COLLECTIONS = (
    "wagtailimages.add_image",
    "wagtailimages.change_image",
    "wagtailimages.choose_image",
)
ALL_ON_PAGES = tuple(f"wagtailcore.{codename}" for codename, *_words in PAGE_PERMISSION_TYPES)
ALL_ON_COLLECTIONS = (
    *WRITERS_ON_COLLECTIONS,
    "wagtailcore.add_collection",
    "wagtailcore.change_collection",
    "wagtailcore.delete_collection",
)
# Given by a person to a person, never by a role: it lets one publish without the four eyes.
BY_HAND_ONLY = "publishing.emergency_approve"


@transaction.atomic
def ensure_roles() -> None:
    """Make the four roles and give them what they lack. Can be called at any time, and takes away one thing, once.

    Where nobody has been given ``DESK`` yet, since the site is older than it, whoever could see people still can, but by
    that role: it can be taken from those who need it not. Wagtail's own two groups are removed while nobody is in them:
    they are in English and may publish without approval.
    """
    Group.objects.filter(name__in=["Moderators", "Editors"], user=None).delete()
    older = not Group.objects.filter(name=DESK).exists()
    groups = {role: Group.objects.get_or_create(name=role)[0] for role in (*ROLES, ADMINISTRATOR)}
    if older:
        _part_people_from_writing(groups[DESK])
    for role, rights in ROLES.items():
        groups[role].permissions.add(*_permissions(rights))
    for role in WRITERS:
        _give_on_pages(groups[role], _permissions(WRITERS_ON_PAGES))
        _give_on_collections(groups[role], _permissions(WRITERS_ON_COLLECTIONS))
    group = groups[ADMINISTRATOR]
    group.permissions.add(*Permission.objects.exclude(_named([BY_HAND_ONLY]) | _about_people()))
    _give_on_pages(group, _permissions(ALL_ON_PAGES))
    _give_on_collections(group, _permissions(ALL_ON_COLLECTIONS))


@transaction.atomic
def give_role_of(publisher: ResponsiblePublisher) -> None:
    """Let the login of ``publisher`` in as what it is: one who approves has the role for it. Said once, in one place."""
    if publisher.user and publisher.active:
        publisher.user.groups.add(Group.objects.get(name=PUBLISHER))


def _about_people() -> Q:
    """Every right to the rows that ``MEETING`` is about, also those that no role has."""
    models = _permissions(MEETING)
    return Q(content_type__in={right.content_type_id for right in models})


def _part_people_from_writing(desk: Group) -> None:
    rights = Permission.objects.filter(_about_people())
    roles = Group.objects.filter(name__in=[*WRITERS, ADMINISTRATOR], permissions__in=rights).distinct()
    desk.user_set.add(*User.objects.filter(groups__in=roles))
    for role in roles:
        role.permissions.remove(*rights)


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


# --- who looked ----------------------------------------------------------------------------------

SAME_LOOK = dt.timedelta(minutes=10)
LOOKS_KEPT = relativedelta(months=24)
PATIENCE = 300  # milliseconds: a reader never waits for somebody else's writing


def note_look(*, by: User | None, subject: str, how: str, now: dt.datetime, who: str = "") -> None:
    """Remember that ``by`` (or ``who``, without a login) saw ``subject``. The same within ten minutes is one look.

    Never in the way of what is read: where the database takes no row, the program's own log gets it.
    """
    given = {"user": by, "who": who or str(by), "subject": subject, "how": how}
    if Look.objects.filter(**given, at__gt=now - SAME_LOOK, at__lte=now).exists():
        return
    try:
        with _little_patience(), transaction.atomic():
            Look.objects.create(**given, at=now)
    except DatabaseError as error:
        key = by.pk if by else "-"
        logger.warning("Not written: user %s, %s, %s, %s (%s)", key, subject, how, now.isoformat(), error)


@contextmanager
def _little_patience() -> Iterator[None]:
    """SQLite waits long for whoever writes, unless it is told otherwise; PostgreSQL does not wait for this at all."""
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        yield
        return
    with connection.cursor() as cursor:
        usual = cursor.execute("PRAGMA busy_timeout").fetchone()[0]
        cursor.execute(f"PRAGMA busy_timeout = {PATIENCE}")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA busy_timeout = {usual}")


def purge_looks(now: dt.datetime) -> int:
    """Forget who looked, after two years. Returns how many looks."""
    gone, _of_each = Look.objects.filter(at__lt=now - LOOKS_KEPT).delete()
    return gone


# --- lists ---------------------------------------------------------------------------------------


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

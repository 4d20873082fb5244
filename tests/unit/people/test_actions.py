"""Roles and lists: what they give, and that giving twice gives the same."""

import re

import pytest
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from wagtail.models import GroupCollectionPermission, GroupPagePermission, Page

from utbud.people import actions
from utbud.people.models import ADMINISTRATOR, DESK, EDITOR, PUBLISHER, Competence, TargetGroup, User

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture(autouse=True)
def _as_migrations_leave_it(db: None) -> None:
    """Without what `utbud setup` has made in every test's database."""
    for model in (Group, TargetGroup, Competence):
        model.objects.all().delete()
    Group.objects.bulk_create([Group(name="Moderators"), Group(name="Editors")])


def rights(role: str) -> set[str]:
    group = Group.objects.get(name=role)
    return {
        f"{p.content_type.app_label}.{p.codename}" for p in group.permissions.select_related("content_type")
    }


def on_pages(role: str) -> set[str]:
    rows = GroupPagePermission.objects.filter(group__name=role)
    return {(row.permission.codename, row.page_id) for row in rows}


def on_collections(role: str) -> set[str]:
    return {row.permission.codename for row in GroupCollectionPermission.objects.filter(group__name=role)}


def everything() -> tuple[set[str], ...]:
    roles = (EDITOR, PUBLISHER, DESK, ADMINISTRATOR)
    return tuple(found(role) for role in roles for found in (rights, on_pages, on_collections))


def test_there_are_four_roles_with_swedish_names() -> None:
    actions.ensure_roles()
    assert set(Group.objects.values_list("name", flat=True)) == {
        "Redaktör",
        "Ansvarig utgivare",
        "Disk och kurser",
        "Administratör",
    }


def test_called_twice_changes_nothing() -> None:
    actions.ensure_roles()
    before = everything()
    actions.ensure_roles()
    assert everything() == before


@pytest.mark.parametrize("role", [EDITOR, PUBLISHER])
def test_writers_write_everywhere_and_publish_nowhere(role: str) -> None:
    actions.ensure_roles()
    root = Page.get_first_root_node().pk
    assert on_pages(role) == {("add_page", root), ("change_page", root)}
    assert on_collections(role) == {"add_image", "change_image", "choose_image"}
    assert rights(role) == {*actions.ENTER, *actions.PLANNING, *actions.WRITING, *actions.HOURS}


def test_those_who_meet_people_see_them_and_write_nothing() -> None:
    actions.ensure_roles()
    said = (actions.ENTER, actions.PLANNING, actions.MEETING, actions.HELPING, actions.HOURS)
    assert rights(DESK) == {right for some in said for right in some}
    assert (on_pages(DESK), on_collections(DESK)) == (set(), set())


@pytest.mark.parametrize("role", [EDITOR, PUBLISHER, ADMINISTRATOR])
def test_no_other_role_has_a_right_to_what_is_known_of_people(role: str) -> None:
    actions.ensure_roles()
    about = {right.partition(".")[0] + "." + right.rpartition("_")[2] for right in actions.MEETING}
    assert about == {"inbox.message", "channels.subscriber", "notices.notice", "courses.registration"}
    assert [
        one for one in rights(role) if one.partition(".")[0] + "." + one.rpartition("_")[2] in about
    ] == []


def test_on_a_site_from_before_the_role_whoever_saw_people_still_does_by_a_role_of_its_own() -> None:
    users = {}
    for role in (EDITOR, PUBLISHER, ADMINISTRATOR, "Vaktmästare"):
        group = Group.objects.create(name=role)
        if role != "Vaktmästare":
            group.permissions.add(*Permission.objects.filter(codename__in=["view_message", "add_redirect"]))
        users[role] = User.objects.create_user(role)
        users[role].groups.add(group)
    actions.ensure_roles()
    assert set(User.objects.filter(groups__name=DESK)) == {
        users[role] for role in users if role != "Vaktmästare"
    }
    assert [role for role in users if "inbox.view_message" in rights(role)] == []
    assert "wagtailredirects.add_redirect" in rights(EDITOR)
    users[EDITOR].groups.remove(Group.objects.get(name=DESK))
    actions.ensure_roles()
    assert not users[EDITOR].groups.filter(name=DESK).exists()  # once: what is taken away stays so


def test_administrators_may_all_but_skip_the_four_eyes() -> None:
    content_type = ContentType.objects.get_for_model(TargetGroup)
    publishing, _made = ContentType.objects.get_or_create(app_label="publishing", model="approvalrequest")
    Permission.objects.get_or_create(
        content_type=publishing, codename="emergency_approve", defaults={"name": "Godkänna i nödläge"}
    )
    actions.ensure_roles()
    may = rights(ADMINISTRATOR)
    assert f"{content_type.app_label}.change_targetgroup" in may
    assert {"people.add_user", "places.change_librarysettings", "wagtailredirects.add_redirect"} <= may
    assert [
        role
        for role in (EDITOR, PUBLISHER, DESK, ADMINISTRATOR)
        if "publishing.emergency_approve" in rights(role)
    ] == []


def test_a_permission_made_later_is_given_by_the_next_call() -> None:
    Permission.objects.filter(codename="add_message").delete()
    actions.ensure_roles()
    assert "inbox.add_message" not in rights(DESK)
    content_type, _made = ContentType.objects.get_or_create(app_label="inbox", model="message")
    Permission.objects.create(content_type=content_type, codename="add_message", name="x")
    actions.ensure_roles()
    assert "inbox.add_message" in rights(DESK)


def test_what_the_library_gave_a_role_stays() -> None:
    actions.ensure_roles()
    extra = Permission.objects.get(codename="add_redirect")
    Group.objects.get(name=EDITOR).permissions.add(extra)
    actions.ensure_roles()
    assert "wagtailredirects.add_redirect" in rights(EDITOR)


def test_groups_of_wagtails_own_stay_while_somebody_is_in_them() -> None:
    user = User.objects.create_user("maja")
    user.groups.add(Group.objects.get(name="Editors"))
    actions.ensure_roles()
    assert set(Group.objects.filter(name__in=["Editors", "Moderators"]).values_list("name", flat=True)) == {
        "Editors"
    }


def test_without_pages_and_collections_the_roles_are_made_all_the_same() -> None:
    Page.objects.all().delete()
    actions.ensure_roles()
    assert on_pages(EDITOR) == set()
    assert "wagtailadmin.access_admin" in rights(EDITOR)


def test_the_law_names_six_groups() -> None:
    assert actions.load_target_groups() == actions.load_target_groups() == 6
    assert dict(TargetGroup.objects.values_list("code", "law")) == {
        "disability": "4 § bibliotekslagen",
        "minorities": "5 § bibliotekslagen",
        "languages": "5 § bibliotekslagen",
        "easy-reading": "5 § bibliotekslagen",
        "it-knowledge": "7 § bibliotekslagen",
        "children": "8 § bibliotekslagen",
    }


def test_a_target_group_keeps_the_name_that_staff_gave_it() -> None:
    actions.load_target_groups()
    TargetGroup.objects.filter(code="children").update(name="Barn och unga")
    actions.load_target_groups()
    assert TargetGroup.objects.get(code="children").name == "Barn och unga"


def test_digcomp_has_21_competences_in_5_areas() -> None:
    assert actions.load_competences() == actions.load_competences() == 21
    rows = Competence.objects.filter(version="3.0")
    counts = {number: rows.filter(code__startswith=f"{number}.").count() for number in range(1, 6)}
    assert counts == {1: 3, 2: 6, 3: 4, 4: 4, 5: 4}
    assert all(re.fullmatch(r"[1-5]\.[1-6]", row.code) and row.code == row.code_22 for row in rows)
    assert len({row.area for row in rows}) == 5
    assert len({row.name for row in rows}) == 21

"""Approval in Wagtail's editor, menu and log."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.models import Permission
from django.shortcuts import redirect
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.action_menu import ActionMenuItem
from wagtail.admin.menu import MenuItem
from wagtail.admin.widgets import Button
from wagtail.log_actions import LogFormatter
from wagtail.models import Page

from utbud.people.models import User
from utbud.people.staff import RightMenuItem
from utbud.publishing import queries_archive
from utbud.publishing.models import ApprovedPage, Archived, SharedPage
from utbud.publishing.standing import standing
from utbud.publishing.urls import admin_urlpatterns

ASK = "action-request-approval"
LOG_ACTIONS = {
    "utbud.request_approval": (_("Skicka för godkännande"), _("Skickade för godkännande")),
    "utbud.approve": (_("Godkänn"), _("Godkände")),
    "utbud.approve_in_emergency": (_("Godkänn i nödläge"), _("Godkände i nödläge")),
    "utbud.send_back": (_("Skicka tillbaka"), _("Skickade tillbaka")),
    "utbud.share": (_("Lägg ut på en kanal"), _("Lade ut på")),
    "utbud.publish": (_("Publicera"), _("Publicerade det godkända")),
    "utbud.archive": (_("Lägg i arkivet"), _("Tog bort sidan och lade den i arkivet")),
    "utbud.restore": (_("Ta tillbaka ur arkivet"), _("Tog tillbaka sidan ur arkivet, som utkast")),
    "utbud.send_letter_again": (_("Skicka brevet igen"), _("Skickade brevet om godkännande igen")),
}


@hooks.register("register_admin_urls")
def admin_urls() -> list[Any]:
    return admin_urlpatterns


class AskForApproval(ActionMenuItem):
    """«Skicka för godkännande» in the editor: saves, then asks for a last look."""

    name = ASK
    label = _("Skicka för godkännande")
    icon_name = "check"

    def is_shown(self, context: dict[str, Any]) -> bool:
        if context["view"] == "create":
            return True
        return isinstance(context["page"], ApprovedPage) and not context["locked_for_user"]


@hooks.register("register_page_action_menu_item")
def ask_for_approval() -> ActionMenuItem:
    return AskForApproval()


@hooks.register("construct_page_action_menu")
def asking_comes_first(menu_items: list[Any], request: Any, context: dict[str, Any]) -> None:
    """Drafts keep themselves, so the button one sees is the one that takes the text further."""
    menu_items.sort(key=lambda item: item.name != ASK)


def _ask_after_saving(request: Any, page: Any) -> Any:
    if ASK in request.POST and isinstance(page, ApprovedPage):
        return redirect("publishing_request", page.pk)
    return None


hooks.register("after_create_page", _ask_after_saving)
hooks.register("after_edit_page", _ask_after_saving)


@hooks.register("before_edit_page")
def tell_where_it_stands(request: Any, page: Any) -> None:
    """Above the text of every editor: approved, waiting or sent back, and when it goes out."""
    draft = page.get_latest_revision_as_object() if isinstance(page, ApprovedPage) else None
    if draft is None or request.method != "GET":
        return
    found = standing(draft, now=timezone.now())
    told = format_html(
        '<span data-standing="{}" data-standing-asks="{}">{}</span>',
        reverse("publishing_stands", args=[page.pk]),
        found.asks,
        found.says,
    )
    (messages.warning if found.warns else messages.info)(request, told)


@hooks.register("insert_editor_js")
def standing_js() -> str:
    return format_html('<script src="{}" defer></script>', static("publishing/standing.js"))


class Channels(ActionMenuItem):
    """«Kanaler» in the editor: what each channel will say, and where the page is out."""

    name = "action-channels"
    label = _("Kanaler")
    icon_name = "globe"

    def is_shown(self, context: dict[str, Any]) -> bool:
        return context["view"] == "edit" and isinstance(context["page"], SharedPage)

    def get_url(self, parent_context: dict[str, Any]) -> str:
        return reverse("publishing_channels", args=[parent_context["page"].pk])


@hooks.register("register_page_action_menu_item")
def channels_item() -> ActionMenuItem:
    return Channels()


@hooks.register("register_page_listing_more_buttons")
def channels_button(page: Any, user: Any, next_url: Any = None) -> Any:
    if (
        isinstance(page.specific_class and page.specific, SharedPage)
        and page.permissions_for_user(user).can_edit()
    ):
        yield Button(
            _("Kanaler"), reverse("publishing_channels", args=[page.pk]), icon_name="globe", priority=35
        )


class PutAway(ActionMenuItem):
    """«Ta bort» in the editor of a page that has been public, in the place of Wagtail's."""

    name = "action-put-away"
    label = _("Ta bort (läggs i arkivet)")
    icon_name = "bin"

    def is_shown(self, context: dict[str, Any]) -> bool:
        if context["view"] != "edit" or not isinstance(context["page"], ApprovedPage):
            return False
        return bool(context["page"].permissions_for_user(context["request"].user).can_archive())

    def get_url(self, parent_context: dict[str, Any]) -> str:
        return reverse("publishing_put_away", args=[parent_context["page"].pk])


@hooks.register("register_page_action_menu_item")
def put_away_item() -> ActionMenuItem:
    return PutAway(order=90)


@hooks.register("register_page_listing_more_buttons")
def put_away_button(page: Any, user: Any, next_url: Any = None) -> Any:
    if page.first_published_at is None or not issubclass(page.specific_class or Page, ApprovedPage):
        return
    if page.specific.permissions_for_user(user).can_archive():
        yield Button(
            _("Ta bort (läggs i arkivet)"),
            reverse("publishing_put_away", args=[page.pk]),
            icon_name="bin",
            priority=30,
        )


@hooks.register("construct_explorer_page_queryset")
@hooks.register("construct_page_chooser_queryset")
def without_archived(*given: Any) -> Any:
    """Pages in the archive are found there and nowhere else."""
    pages = next(one for one in given if hasattr(one, "filter"))
    # By path, which the search can filter by; not by the relation, which it cannot.
    paths = list(Archived.objects.values_list("page__path", flat=True))
    return pages.exclude(path__in=paths) if paths else pages


@hooks.register("construct_explorer_page_queryset")
def with_stages(parent: Any, pages: Any, request: Any) -> Any:
    """The lists say where each page stands (ApprovedPage.status_string)."""
    return pages.prefetch_related("approval_requests")


class ArchiveItem(MenuItem):
    """«Arkivet»: for those who may look in it."""

    def is_shown(self, request: Any) -> bool:
        return queries_archive.may_look(request.user)


@hooks.register("register_reports_menu_item")
def archive_item() -> MenuItem:
    return ArchiveItem(
        _("Arkivet"), reverse("publishing_archive"), name="arkivet", icon_name="folder-inverse", order=70
    )


@hooks.register("register_permissions")
def permissions() -> Any:
    """The right to approve in an emergency is given to a group by an administrator; no role has it from the start."""
    return Permission.objects.filter(content_type__app_label="publishing", codename="emergency_approve")


@hooks.register("register_admin_menu_item")
def menu_item() -> MenuItem:
    return RightMenuItem(
        _("Godkänna"),
        reverse("publishing_approvals"),
        name="godkanna",
        icon_name="check",
        order=120,
        right="publishing.view_approvalrequest",
    )


@hooks.register("register_log_actions")
def log_actions(actions: Any) -> None:
    for action, (label, done) in LOG_ACTIONS.items():
        actions.register_action(action)(type("Formatter", (_Formatter,), {"label": label, "done": done}))


class _Formatter(LogFormatter):
    done: Any = ""

    def format_message(self, log_entry: Any) -> str:
        data = log_entry.data
        parts = [str(self.done)]
        if data.get("channel"):
            return f"{self.done} {data['channel']}"
        if data.get("who") and not _has_login(log_entry):
            parts.append(f"({data['who']}, länk i brev)" if data.get("way") == "link" else f"({data['who']})")
        if data.get("comment"):
            parts.append(f"– {data['comment']}")
        if data.get("content_hash"):
            parts.append(f"· {data['content_hash'][:12]}")
        return " ".join(parts)

    def format_comment(self, log_entry: Any) -> str:
        return str(log_entry.data.get("comment", ""))


def _has_login(log_entry: Any) -> bool:
    """Whether whoever did it still has a login, which Wagtail names beside the message."""
    return bool(log_entry.user_id) and User.objects.filter(pk=log_entry.user_id).exists()

"""The staff side's way to a recording: record, upload, listen. Nothing here is public."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST
from wagtail.admin.admin_url_finder import AdminURLFinder
from wagtail.admin.panels import FieldPanel, ObjectList
from wagtail.log_actions import log
from wagtail.snippets.views.chooser import SnippetCreateView
from wagtail.snippets.views.snippets import CreateView

from utbud.base.files import serve
from utbud.formats.forms import RecordingForm
from utbud.formats.models import Recording
from utbud.formats.policy import RecordingPolicy


def _may(request: HttpRequest) -> bool:
    return RecordingPolicy(Recording).user_has_permission(request.user, "add")


def _logged(recording: Recording) -> Recording:
    log(instance=recording, action="wagtail.create", content_changed=True)
    return recording


@require_POST
def add_recording(request: HttpRequest) -> JsonResponse:
    """Take in a recording from the recorder: {"id", "string", "edit_url"}, or {"error"} with 400 or 403."""
    if not _may(request):
        return JsonResponse({"error": _("Du har inte rätt att lägga till inläsningar.")}, status=403)
    title = request.POST.get("title", "").strip()[:150] or _("Inläsning")
    form = RecordingForm({"title": title}, request.FILES)
    recording = form.add(by=request.user, now=timezone.now()) if form.is_valid() else None
    if recording is None:
        errors = [message for messages in form.errors.values() for message in messages]
        return JsonResponse({"error": " ".join(errors)}, status=400)
    _logged(recording)
    edit_url = AdminURLFinder().get_edit_url(recording)
    return JsonResponse({"id": str(recording.pk), "string": str(recording), "edit_url": edit_url})


@require_GET
def listen(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The sound of a recording, for staff."""
    if not _may(request):
        raise PermissionDenied
    recording = get_object_or_404(Recording, pk=pk)
    file = recording.file.open("rb")
    return serve(
        request, file, size=recording.file.size, content_type="audio/mpeg", etag=recording.digest, max_age=0
    )


class RecordingCreateView(CreateView):
    """A title and a file, taken in by the action."""

    def get_panel(self) -> Any:
        panel = ObjectList([FieldPanel("title"), FieldPanel("upload")], base_form_class=RecordingForm)
        return panel.bind_to_model(Recording)

    def get_form_class(self) -> Any:
        return self.panel.get_form_class()

    def form_valid(self, form: RecordingForm) -> Any:
        recording = form.add(by=self.request.user, now=timezone.now())
        if recording is None:
            self.produced_error_code = "validation_error"
            self.produced_error_message = self.get_error_message()
            return self.form_invalid(form)
        self.form, self.object = form, _logged(recording)
        return self.save_action()


class RecordingChooserCreateView(SnippetCreateView):
    """The same in the chooser."""

    def post(self, request: HttpRequest) -> Any:
        self.form = self.get_creation_form()
        recording = self.form.add(by=request.user, now=timezone.now()) if self.form.is_valid() else None
        if recording is None:
            return self.get_reshow_creation_form_response()
        return self.get_chosen_response(_logged(recording))

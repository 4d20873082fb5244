"""Addresses of films and sounds in the staff side. Included by wagtail_hooks."""

from django.urls import path, re_path

from utbud.media.staff_views import text, uploads, workshop

admin_urlpatterns = [
    path("film-och-ljud/", workshop.assets_page, name="media_assets"),
    path("film-och-ljud/uppladdningar/", uploads.uploads_view, name="media_uploads"),
    path("film-och-ljud/uppladdningar/<uuid:token>/", uploads.upload_view, name="media_upload"),
    path(
        "film-och-ljud/uppladdningar/<uuid:token>/ta-bort/",
        uploads.discard_upload,
        name="media_upload_discard",
    ),
    path("film-och-ljud/fil/<uuid:token>/<str:name>", workshop.version_file, name="media_version"),
    path("film-och-ljud/<int:page_id>/", workshop.workshop_page, name="media_workshop"),
    path("film-och-ljud/<int:page_id>/laget.json", workshop.state_json, name="media_state"),
    path("film-och-ljud/<int:page_id>/utkast.vtt", workshop.draft_captions, name="media_draft_captions"),
    path("film-och-ljud/<int:page_id>/spela-in/", workshop.record_page, name="media_record"),
    path("film-och-ljud/<int:page_id>/ladda-upp/", uploads.form_upload, name="media_form_upload"),
    path("film-och-ljud/<int:page_id>/anvand/<uuid:token>/", uploads.use_upload, name="media_use_upload"),
    path("film-och-ljud/<int:page_id>/klipp/", workshop.trim_page, name="media_trim"),
    path("film-och-ljud/<int:page_id>/stillbild/", workshop.poster_page, name="media_poster"),
    path("film-och-ljud/<int:page_id>/igen/", workshop.again_page, name="media_again"),
    path("film-och-ljud/<int:page_id>/text/", text.text_page, name="media_text"),
    path("film-och-ljud/<int:page_id>/text/spara/", text.save_text, name="media_text_save"),
    path("film-och-ljud/<int:page_id>/text/fil/", text.text_file, name="media_text_file"),
    path("film-och-ljud/<int:page_id>/text/gor/", text.make, name="media_text_make"),
    path("film-och-ljud/<int:page_id>/text/gor/laget.json", text.make_state, name="media_text_state"),
    path("film-och-ljud/<int:page_id>/text/ta/", text.take, name="media_text_take"),
    re_path(
        r"^film-och-ljud/(?P<page_id>\d+)/text/text\.(?P<ending>vtt|srt|txt)$",
        text.download,
        name="media_text_download",
    ),
    path("film-och-ljud/<int:page_id>/valj/", workshop.choose_page, name="media_choose"),
]

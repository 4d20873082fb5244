"""Addresses of the notices in the staff side, included by wagtail_hooks."""

from django.urls import path

from utbud.notices import staff_views

admin_urlpatterns = [
    path("besked/", staff_views.notices_page, name="notices"),
    path("besked/ring/", staff_views.calls_page, name="notices_calls"),
    path("besked/brev/", staff_views.letters_page, name="notices_letters"),
    path("besked/brev/pdf/", staff_views.letters_file, name="notices_letters_file"),
    path("besked/brev/lagda/", staff_views.letters_posted, name="notices_letters_posted"),
    path("besked/gick-inte-fram/", staff_views.wrong_page, name="notices_wrong"),
    path("besked/hallna/<slug:what>/", staff_views.held, name="notices_held"),
    path("besked/<int:pk>/", staff_views.notice_page, name="notices_notice"),
    path("besked/<int:pk>/<slug:what>/", staff_views.deed, name="notices_deed"),
]

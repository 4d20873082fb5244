"""Addresses of the inbox: the public ones are included by web at the root, the staff's by wagtail_hooks."""

from django.urls import path, re_path

from utbud.inbox import staff_views, views

urlpatterns = [
    path("samarbeta/", views.contact, name="contact"),
    re_path(r"^samarbeta/tack/(?P<code>[\w-]{22})/$", views.receipt, name="inbox_receipt"),
    path("tillganglighet/rapportera/", views.report_accessibility, name="report_accessibility"),
]

admin_urlpatterns = [
    path("inkorg/", staff_views.messages_page, name="inbox_messages"),
    path("inkorg/lagg-in/", staff_views.lodge, name="inbox_lodge"),
    path("inkorg/<int:pk>/", staff_views.message_page, name="inbox_message"),
    path("inkorg/<int:pk>/svara/", staff_views.answer, name="inbox_answer"),
    path("inkorg/<int:pk>/oppna/", staff_views.reopen, name="inbox_reopen"),
    path("inkorg/<int:pk>/skrap/", staff_views.mark_spam, name="inbox_spam"),
]

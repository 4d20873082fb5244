"""Addresses of the subscribers' pages: the public ones at the root, the staff's under /admin/."""

from django.urls import path, re_path

from utbud.channels.subscribers import staff_views, views

SIGNED = r"(?P<token>[\w.-]{1,200})"

urlpatterns = [
    path("prenumerera/", views.subscribe, name="subscribe"),
    path("prenumerera/nu/<slug:way>/", views.what_next, name="subscribe_next"),
    re_path(rf"^prenumerera/ja/{SIGNED}/$", views.confirm, name="subscribe_confirm"),
    re_path(rf"^prenumerera/sluta/{SIGNED}/$", views.stop, name="subscribe_stop"),
    re_path(rf"^api/sms/{SIGNED}/$", views.sms_incoming, name="sms_incoming"),
]

admin_urlpatterns = [
    path("prenumeranter/", staff_views.subscribers_page, name="subscribers"),
    path("prenumeranter/lagg-in/", staff_views.enter, name="subscribers_enter"),
    path("prenumeranter/<int:pk>/ta-bort/", staff_views.remove, name="subscribers_remove"),
]

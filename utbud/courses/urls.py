"""Addresses of courses: the public ones are included by web at the root, the staff's by wagtail_hooks."""

from django.urls import path

from utbud.courses import staff_views

admin_urlpatterns = [
    path("kurser/omgang/<int:pk>/", staff_views.run_page, name="courses_run"),
    path("kurser/anmalan/<int:pk>/", staff_views.registration_page, name="courses_registration"),
]

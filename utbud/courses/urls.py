"""Addresses of courses: the public ones are included by web at the root, the staff's by wagtail_hooks."""

from django.urls import path

from utbud.courses.staff_views import desk, runs

admin_urlpatterns = [
    path("kurser/omgang/<int:pk>/", runs.run_page, name="courses_run"),
    path("kurser/anmalan/<int:pk>/", desk.registration_page, name="courses_registration"),
]

"""Addresses of courses: the public ones are included by web at the root, the staff's by wagtail_hooks."""

from django.urls import path

from utbud.courses import day_views
from utbud.courses.staff_views import day, desk, runs

urlpatterns = [
    path("kurser/utvardering/<str:token>/", day_views.evaluation, name="courses_evaluate"),
    path("kurser/utvardering/<str:token>/tack/", day_views.evaluation_thanks, name="courses_evaluate_thanks"),
    path("kurser/narvaro/<str:token>/", day_views.host_list, name="courses_host_list"),
]

admin_urlpatterns = [
    path("kurser/tillfalle/<int:pk>/", day.day_page, name="courses_day"),
    path("kurser/tillfalle/<int:pk>/slapp/<int:registration>/", day.let_go_page, name="courses_let_go"),
    path("kurser/tillfalle/<int:pk>/vard/", day.host_page, name="courses_host"),
    path("kurser/tillfalle/<int:pk>/utvardering/", day.evaluation_page, name="courses_evaluation"),
    path(
        "kurser/tillfalle/<int:pk>/utvardering/<int:answer>/bort/",
        day.remove_answer,
        name="courses_remove_answer",
    ),
    path("kurser/omgang/<int:pk>/", runs.run_page, name="courses_run"),
    path("kurser/anmalan/<int:pk>/", desk.registration_page, name="courses_registration"),
]

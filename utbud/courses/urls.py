"""Addresses of courses: the public ones are included by web at the root, the staff's by wagtail_hooks."""

import re

from django.urls import path, re_path

from utbud.courses import day_views, embed_views, ics_views, join_views, paper_views, views
from utbud.courses.models import CoursePage
from utbud.courses.staff_views import care, day, desk, editor, figures, imports, paper, people, planning, runs

urlpatterns = [
    path("kalender.ics", ics_views.all_coming, name="courses_ics"),
    path("kurser/tillfalle/<int:pk>.ics", ics_views.one, name="courses_occasion_ics"),
    path("kurser/lista/", embed_views.framed_list, name="courses_framed_list"),
    path("kurser/program.pdf", paper_views.programme, name="courses_programme"),
    path("api/oembed/", embed_views.oembed, name="courses_oembed"),
    path("kurser/amne/<slug:slug>/", views.by_topic, name="courses_by_topic"),
    path("kurser/plats/<slug:slug>/", views.by_place, name="courses_by_place"),
    re_path(r"^kurser/vecka/(?P<year>\d{4})-(?P<week>\d{2})/$", views.by_week, name="courses_by_week"),
    path("kurser/min-anmalan/", join_views.find, name="courses_mine"),
    path("kurser/anmalan/<str:key>/", join_views.receipt, name="courses_receipt"),
    path("kurser/anmalan/<str:key>/avboka/", join_views.leave, name="courses_leave"),
    path("kurser/anmalan/<str:key>/ja/", join_views.say_yes, name="courses_say_yes"),
    path("kurser/anmalan/<str:key>/andra/", join_views.change, name="courses_change_party"),
    path("kurser/anmalan/<str:key>/behov/", join_views.change_needs, name="courses_change_needs"),
    path("kurser/anmalan/<str:key>/kontakt/", join_views.change_contact, name="courses_change_contact"),
    path("kurser/<slug:slug>/anmalan/", join_views.join, name="courses_join"),
    re_path(
        rf"^kurser/(?P<slug>[-\w]+)/(?P<name>{'|'.join(map(re.escape, CoursePage.FILES))})$",
        views.file,
        name="courses_file",
    ),
    path("kurser/utvardering/<str:token>/", day_views.evaluation, name="courses_evaluate"),
    path("kurser/utvardering/<str:token>/tack/", day_views.evaluation_thanks, name="courses_evaluate_thanks"),
    path("kurser/narvaro/<str:token>/", day_views.host_list, name="courses_host_list"),
]

admin_urlpatterns = [
    path("kurser/importera/", imports.import_page, name="courses_import"),
    path("kurser/importera/mall.csv", imports.template_file, name="courses_import_template"),
    path("kurser/siffror/", figures.figures_page, name="courses_figures"),
    path("kurser/siffror/kurser.csv", figures.figures_file, name="courses_figures_file"),
    path("kurser/person/", care.persons_page, name="courses_persons"),
    path("kurser/person/<int:pk>/", care.person_page, name="courses_person"),
    path("kurser/person/<int:pk>/lamna-ut/", care.give_out, name="courses_give_out"),
    path("kurser/person/<int:pk>/ratta/<int:registration>/", care.correct_page, name="courses_correct"),
    path("kurser/person/<int:pk>/ta-bort/", care.forget_page, name="courses_forget"),
    path("kurser/omgang/<int:pk>/personer.<str:kind>", care.export_run, name="courses_export"),
    path("kurser/sprak/<int:page_id>/", editor.check, name="courses_check"),
    path("kurser/tillfalle/<int:pk>/", day.day_page, name="courses_day"),
    path("kurser/tillfalle/<int:pk>/slapp/<int:registration>/", day.let_go_page, name="courses_let_go"),
    path("kurser/tillfalle/<int:pk>/lista.pdf", paper.list_file, name="courses_paper_list"),
    path("kurser/tillfalle/<int:pk>/utvardering.pdf", paper.slips_file, name="courses_slips"),
    path("kurser/tillfalle/<int:pk>/vard/", day.host_page, name="courses_host"),
    path("kurser/tillfalle/<int:pk>/utvardering/", day.evaluation_page, name="courses_evaluation"),
    path(
        "kurser/tillfalle/<int:pk>/utvardering/<int:answer>/bort/",
        day.remove_answer,
        name="courses_remove_answer",
    ),
    path("kurser/", runs.runs_page, name="courses_runs"),
    path("kurser/ny/", planning.plan_page, name="courses_plan"),
    path("kurser/omgang/<int:pk>/", runs.run_page, name="courses_run"),
    path("kurser/omgang/<int:pk>/andra/", planning.change_run_page, name="courses_run_change"),
    path("kurser/omgang/<int:pk>/tillfallen/", planning.more_times_page, name="courses_more_times"),
    path("kurser/omgang/<int:pk>/stall-in/", runs.cancel_page, name="courses_run_cancel"),
    path("kurser/omgang/<int:pk>/sag-till/", runs.tell_page, name="courses_tell"),
    path("kurser/omgang/<int:pk>/ta-bort/", runs.delete_page, name="courses_run_delete"),
    path("kurser/omgang/<int:pk>/lista/", desk.paper_page, name="courses_paper"),
    path("kurser/omgang/<int:pk>/forening/", desk.association_page, name="courses_association"),
    path("kurser/platser/<int:pk>/", runs.seats_page, name="courses_seats"),
    path("kurser/tillfalle/<int:pk>/andra/", planning.occasion_page, name="courses_occasion"),
    path("kurser/tillfalle/<int:pk>/stall-in/", planning.call_off_page, name="courses_occasion_cancel"),
    path("kurser/anmal/", desk.desk_page, name="courses_desk"),
    path("kurser/anmal/<int:pk>/klart/", desk.desk_done_page, name="courses_desk_done"),
    path("kurser/sok/", desk.find_page, name="courses_find"),
    path("kurser/anmalan/<int:pk>/", people.registration_page, name="courses_registration"),
    path("kurser/anmalan/<int:pk>/avboka/", people.cancel_page, name="courses_cancel"),
    path("kurser/anmalan/<int:pk>/tacka-ja/", people.accept, name="courses_accept"),
    path("kurser/anmalan/<int:pk>/ge-plats/", runs.give_seat_page, name="courses_give_seat"),
    path("kurser/anmalan/<int:pk>/sallskap/", people.party_page, name="courses_party"),
    path("kurser/anmalan/<int:pk>/uppgifter/", people.reach_page, name="courses_reach"),
    path("kurser/anmalan/<int:pk>/behov/", people.needs_page, name="courses_needs"),
    path("kurser/anmalan/<int:pk>/sagt/<int:notice_pk>/", people.said_by_phone, name="courses_said"),
]

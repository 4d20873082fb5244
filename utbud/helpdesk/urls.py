"""Addresses of the desk; all are the staff's."""

from django.urls import path

from utbud.helpdesk.staff_views import figures, tally, visits

admin_urlpatterns = [
    path("disken/", visits.desk_page, name="helpdesk_desk"),
    path("disken/natlos.js", visits.worker, name="helpdesk_worker"),
    path("disken/gor/", visits.deed, name="helpdesk_deed"),
    path("disken/streck/", tally.tally_page, name="helpdesk_tally"),
    path("disken/streck/papper.pdf", tally.sheet_file, name="helpdesk_sheet"),
    path("disken/siffror/", figures.figures_page, name="helpdesk_figures"),
    path("disken/siffror/digidel.csv", figures.digidel_file, name="helpdesk_digidel"),
    path("disken/kvar/", visits.left_page, name="helpdesk_left"),
    path("disken/besok/<uuid:key>/", visits.visit_page, name="helpdesk_visit"),
    path("disken/hjalp/<slug:key>/", visits.help_page, name="helpdesk_help"),
    path("disken/hjalp/<slug:key>/inget/", visits.lacked, name="helpdesk_lacked"),
]

from django.urls import path

from utbud.publishing import channel_views, staff_views_archive, views

urlpatterns = [
    path("godkann/<str:token>/", views.link, name="publishing_link"),
    path("godkann/<str:token>/sida/", views.link_look, name="publishing_link_look"),
    path("godkann/<str:token>/<str:name>", views.link_file, name="publishing_link_file"),
]

admin_urlpatterns = [
    path("godkanna/", views.approvals, name="publishing_approvals"),
    path("godkanna/utan/", views.straight_out, name="publishing_straight_out"),
    path("godkanna/sida/<int:page_id>/", views.request_approval, name="publishing_request"),
    path("godkanna/sida/<int:page_id>/lage/", views.where_it_stands, name="publishing_stands"),
    path("godkanna/<int:request_id>/", views.decide, name="publishing_decide"),
    path("godkanna/<int:request_id>/sida/", views.look, name="publishing_look"),
    path("godkanna/<int:request_id>/fil/<str:name>", views.staff_file, name="publishing_file"),
    path("kanaler/sida/<int:page_id>/", channel_views.channels_of, name="publishing_channels"),
    path("kanaler/sida/<int:page_id>/fil/<str:name>", channel_views.draft_file, name="publishing_draft_file"),
    path("kanaler/sida/<int:page_id>/dra-tillbaka/", channel_views.withdraw, name="publishing_withdraw"),
    path(
        "kanaler/sida/<int:page_id>/lagg-ut/<int:channel_id>/", channel_views.share, name="publishing_share"
    ),
    path("arkiv/", staff_views_archive.archive_page, name="publishing_archive"),
    path("arkiv/<int:page_id>/", staff_views_archive.held_page, name="publishing_held"),
    path("arkiv/<int:page_id>/sida/", staff_views_archive.held_look, name="publishing_held_look"),
    path("arkiv/<int:page_id>/fil/<str:name>", staff_views_archive.held_file, name="publishing_held_file"),
    path("sida/<int:page_id>/ta-bort/", staff_views_archive.put_away, name="publishing_put_away"),
    path("godkanna/brev/<int:link_id>/igen/", views.send_letter_again, name="publishing_send_again"),
]

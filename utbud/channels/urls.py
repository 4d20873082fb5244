from django.urls import path

from utbud.channels import pull_urls, staff_views
from utbud.channels.subscribers import urls as subscribers_urls

urlpatterns = [*subscribers_urls.urlpatterns, *pull_urls.urlpatterns]

admin_urlpatterns = [
    *subscribers_urls.admin_urlpatterns,
    *pull_urls.admin_urlpatterns,
    path("kanaler/", staff_views.channels_page, name="channels"),
    path("kanaler/ny/", staff_views.choose_kind, name="channels_choose"),
    path("kanaler/ny/<slug:kind>/", staff_views.add, name="channels_add"),
    path("kanaler/<int:pk>/", staff_views.change, name="channels_change"),
    path("kanaler/<int:pk>/prova/", staff_views.test, name="channels_test"),
    path("kanaler/<int:pk>/pa-eller-av/", staff_views.turn, name="channels_turn"),
    path("kanaler/<int:pk>/ta-bort/", staff_views.delete, name="channels_delete"),
    path("kanaler/utkorg/", staff_views.outbox, name="channels_outbox"),
    path("kanaler/utkorg/<int:pk>/", staff_views.delivery_page, name="channels_delivery"),
    path("kanaler/utkorg/<int:pk>/fil/<str:name>", staff_views.delivery_file, name="channels_delivery_file"),
    path("kanaler/utkorg/<int:pk>/<slug:what>/", staff_views.deed, name="channels_deed"),
]

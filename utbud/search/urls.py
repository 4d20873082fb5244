from django.urls import path

from utbud.search import views

urlpatterns = [path("sok/", views.search, name="search")]

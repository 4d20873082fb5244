"""Addresses of logging in. They stand before Wagtail's own, and have its names."""

from django.urls import path

from utbud.people import views

urlpatterns = [
    path("admin/login/", views.LoginView.as_view(), name="wagtailadmin_login"),
    path("admin/password_reset/", views.PasswordResetView.as_view(), name="wagtailadmin_password_reset"),
    path(
        "admin/password_reset/confirm/<uidb64>/<token>/",
        views.PasswordResetConfirmView.as_view(),
        name="wagtailadmin_password_reset_confirm",
    ),
]

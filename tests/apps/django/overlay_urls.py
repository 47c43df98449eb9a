"""The admin with its password reset, as its documentation says to add it."""

from django.contrib import admin
from django.contrib.auth import views
from django.urls import path

header = {"site_header": admin.site.site_header}

urlpatterns = [
    path(
        "admin/password_reset/",
        views.PasswordResetView.as_view(extra_context=header),
        name="admin_password_reset",
    ),
    path(
        "admin/password_reset/done/",
        views.PasswordResetDoneView.as_view(extra_context=header),
        name="password_reset_done",
    ),
    path(
        "reset/<uidb64>/<token>/",
        views.PasswordResetConfirmView.as_view(extra_context=header),
        name="password_reset_confirm",
    ),
    path(
        "reset/done/",
        views.PasswordResetCompleteView.as_view(extra_context=header),
        name="password_reset_complete",
    ),
    path("admin/", admin.site.urls),
]

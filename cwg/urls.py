"""The addresses of the portal. Every one of them stands in the matrix of tests/test_matrix.py."""

from django.urls import include, path

urlpatterns = [
    path("accounts/", include("allauth.urls")),
    path("", include("cwg.look.urls")),
]

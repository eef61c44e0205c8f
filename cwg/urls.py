"""The addresses of the portal. Every one of them stands in the matrix of tests/test_matrix.py."""

from django.urls import include, path

from cwg.console.site import site as console

urlpatterns = [
    path("console/", console.urls),
    path("", include("cwg.console.urls")),
    path("accounts/", include("cwg.members.account_urls")),
    path("", include("cwg.look.urls")),
    path("", include("meetings.urls")),
    path("", include("cwg.documents.urls")),
    path("", include("cwg.home.urls")),
    path("", include("cwg.operations.urls")),
    path("", include("cwg.members.urls")),
    path("", include("contributions.urls")),
]

handler400 = "cwg.operations.error_pages.bad_request"
handler500 = "cwg.operations.error_pages.server_error"

"""The page for a fault of the portal's own. It asks nobody anything: whatever failed may fail again."""

from django.http import HttpRequest, HttpResponseServerError
from django.template import loader
from django.views.decorators.csrf import requires_csrf_token


@requires_csrf_token
def server_error(request: HttpRequest) -> HttpResponseServerError:
    """500 with the number under which the log tells what happened."""
    number = getattr(request, "request_id", "")
    return HttpResponseServerError(loader.get_template("500.html").render({"number": number}))

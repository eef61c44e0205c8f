"""The floor: what Django costs when it does almost nothing. Its own settings, addresses and one view."""

from django.http import HttpResponse
from django.template import engines
from django.urls import path

PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Floor</title></head><body>
<p>{{ user.name }}</p><table>{% for row in rows %}<tr><td>{{ row.symbol }}</td><td>{{ row.title }}</td>
<td>{{ row.available_at|date:"Y-m-d H:i" }}</td></tr>{% endfor %}</table></body></html>"""


def rows(request):
    """100 rows from one query, the session and the user."""
    from cwg.documents.models import Document

    template = engines["django"].from_string(PAGE)
    found = Document.objects.order_by("pk")[:100]
    return HttpResponse(template.render({"rows": found, "user": request.user}, request))


urlpatterns = [path("floor/", rows)]

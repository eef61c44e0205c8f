"""What a load balancer and a supervisor ask."""

from django.urls import path

from . import health, metrics_page

app_name = "operations"
urlpatterns = [
    path("livez", health.livez, name="livez"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", metrics_page.metrics, name="metrics"),
]

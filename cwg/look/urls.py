from django.urls import path

from cwg.look import views

urlpatterns = [
    path("clock/", views.clock_now, name="clock"),
    path("look/", views.guide, name="look-guide"),
]

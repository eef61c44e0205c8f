"""A view says what whoever stands before it has to know."""

import pytest
from django.test import RequestFactory

from cwg.look.said_by_views import most_list_bytes, said_by_view


@pytest.mark.parametrize("address", ["/people/", "/no-such-page/"])
def test_where_no_view_takes_a_list_none_has_a_limit(address):
    request = RequestFactory().get(address)
    assert most_list_bytes(request) == 0
    assert said_by_view(request, "takes_files", otherwise=None) is None


def test_a_view_that_takes_a_list_says_how_long_it_may_be():
    assert most_list_bytes(RequestFactory().post("/people/import/")) == 1024 * 1024

"""A page of a long list, by the number that stands in the address."""

from django.core.paginator import Page, Paginator
from django.http import Http404


def page_of(paginator: Paginator, number: str | None) -> Page:
    """The page of that number, the first where none is asked for. Raises Http404 for one that is not there."""
    if not number:
        return paginator.get_page(1)
    if not (number.isascii() and number.isdigit() and len(number) < 7):
        raise Http404
    if not 1 <= int(number) <= paginator.num_pages:
        raise Http404
    return paginator.page(int(number))

"""What narrows a list, as GET parameters; `components/filters.html` shows it."""

from collections.abc import Iterable
from typing import Any

from django import forms


class ListFilters(forms.Form):
    """A search box `q`, where the list has one, choices, and the order (`sort`). One that is not valid narrows nothing."""

    @property
    def is_narrowed(self) -> bool:
        """Whether the list shows less than all: what it leaves out may be why it is empty."""
        return any(value for name, value in self._asked() if name != "sort")

    @property
    def is_chosen(self) -> bool:
        """Whether a choice narrows it: a fold would hide that one. Words that are looked for stand before the fold."""
        return any(value for name, value in self._asked() if name not in ("q", "sort"))

    def _asked(self) -> Iterable[tuple[str, Any]]:
        return self.cleaned_data.items() if self.is_valid() else ()

"""What every list and page of the console has in common: who sees which rows, that a change has a reason, no deletion."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.utils import flatten_fieldsets, lookup_field, unquote
from django.contrib.admin.views.main import PAGE_VAR, ChangeList
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.core.exceptions import BadRequest, PermissionDenied
from django.db.models import Model, QuerySet, TextField
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _

from cwg.look import csv_export
from cwg.look.form_fields import SeveralLinesField
from cwg.members.oversight import is_administrator, seen_groups
from cwg.members.requests import of_person
from cwg.members.rights import Rights
from cwg.record.history import sign

from . import console_values, history
from .change_form import RecordForm


class RecordList(ChangeList):
    """A list with the addresses of the pages before and after, "" where none is."""

    previous_address = ""
    next_address = ""


class Panel:
    """A table under a page: what belongs to the row. `rows` are lists of values, shown as the console shows values."""

    def __init__(
        self,
        title: Any,
        head: Sequence[Any],
        rows: Iterable[Sequence[Any]],
        empty: Any = "",
        *,
        zone: str = "",
    ):
        self.title, self.head, self.empty = title, head, empty
        self.rows = [[console_values.shown(value, zone=zone) for value in row] for row in rows]


class SeenValuesFilter(admin.FieldListFilter):
    """The values that occur among the rows a person sees; Django's own filter offers those of every row."""

    def __init__(self, field, request, params, model, model_admin, field_path):
        self.lookup_kwarg = field_path
        super().__init__(field, request, params, model, model_admin, field_path)
        chosen = self.used_parameters.get(field_path)
        self.chosen = chosen[-1] if isinstance(chosen, list) else chosen
        seen = model_admin.get_queryset(request).order_by(field_path)
        self.values = list(seen.values_list(field_path, flat=True).distinct())

    def expected_parameters(self) -> list[str | None]:
        return [self.lookup_kwarg]

    def words(self, value: Any) -> str:
        return str(value)

    def choices(self, changelist) -> Iterator[Any]:
        yield {
            "selected": self.chosen is None,
            "query_string": changelist.get_query_string(remove=[self.lookup_kwarg]),
            "display": _("All"),
        }
        for value in self.values:
            yield {
                "selected": str(value) == self.chosen,
                "query_string": changelist.get_query_string({self.lookup_kwarg: value}),
                "display": self.words(value),
            }


def _at_the_end(row: Model, path: str) -> Any:
    value: Any = row
    for step in path.split("__"):
        value = getattr(value, step, None)
    return value


class RecordAdmin(admin.ModelAdmin):
    """A list and its pages. By default rows are only looked at.

    `group_path` leads from a row to the id of its group ("register__group_id"), `zone_path` to the zone of the seat
    of its meeting, where it has one. Rows without a group bind every group, and are the administrator's to change. `fields` may be changed where `changes` allows it, `facts` are shown.
    """

    changes: ClassVar[bool] = False
    adds: ClassVar[bool] = False
    group_path: ClassVar[str | None] = None
    zone_path: ClassVar[str] = ""
    fields: ClassVar[tuple] = ()
    facts: ClassVar[tuple] = ()
    csv_columns: ClassVar[tuple] = ()
    form = RecordForm
    list_per_page = 50
    list_max_show_all = 0
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    media = forms.Media()
    view_on_site = False  # each record names its own pages, see `links`
    moments = "short"

    # --- Who sees and changes which rows ---------------------------------------------------------------------

    def visible(self, rows: QuerySet, rights: Rights) -> QuerySet:
        """The rows this person sees."""
        if self.group_path is None:
            return rows
        return rows.filter(**{f"{self.group_path}__in": seen_groups(rights)})

    def group_of(self, row: Model) -> int | None:
        return _at_the_end(row, self.group_path or "")

    def zone_of(self, row: Model) -> str:
        """The zone in which the row's instants are shown: of its meeting's seat; "" for the secretariat's."""
        return (_at_the_end(row, self.zone_path) or "") if self.zone_path else ""

    def belongs_to(self, rights: Rights, row: Model) -> bool:
        """Whether the row is in the hands of a group whose secretariat this person is in."""
        return (
            is_administrator(rights)
            if self.group_path is None
            else self.group_of(row) in rights.secretariat_groups
        )

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return self.visible(super().get_queryset(request), of_person(request).rights)

    def _may(self, request: HttpRequest, action: str) -> bool:
        return request.user.has_perm(f"{self.opts.app_label}.{action}_{self.opts.model_name}")

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self._may(request, "view")

    def has_view_permission(self, request: HttpRequest, obj=None) -> bool:
        return self._may(request, "view")

    def may_act_on(self, request: HttpRequest, row: Model) -> bool:
        return self._may(request, "change") and self.belongs_to(of_person(request).rights, row)

    def has_change_permission(self, request: HttpRequest, obj=None) -> bool:
        if not self.changes or not self._may(request, "change"):
            return False
        return obj is None or self.belongs_to(of_person(request).rights, obj)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """What binds every group is added by an administrator."""
        if not self.adds or not self._may(request, "add"):
            return False
        return self.group_path is not None or is_administrator(of_person(request).rights)

    def has_delete_permission(self, request: HttpRequest, obj=None) -> bool:
        """Nothing is deleted in the console: things end, are withdrawn or are revoked, by verbs."""
        return False

    # --- Addresses -------------------------------------------------------------------------------------------

    def address(self, page: str, *args) -> str:
        return reverse(f"console:{self.opts.app_label}_{self.opts.model_name}_{page}", args=args)

    def named(self, page: str) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}_{page}"

    def get_urls(self) -> list:
        guarded = self.admin_site.admin_view
        urls = [path("", guarded(self.changelist_view), name=self.named("changelist"))]
        if self.adds:
            urls.append(path("add/", guarded(self.add_view), name=self.named("add")))
        if self.csv_columns:
            urls.append(path("csv/", guarded(self.csv_view), name=self.named("csv")))
        if self.is_tracked:
            urls.append(
                path("<path:object_id>/history/", guarded(self.history_view), name=self.named("history"))
            )
        urls.append(path("<path:object_id>/change/", guarded(self.change_view), name=self.named("change")))
        return urls

    @property
    def is_tracked(self) -> bool:
        return hasattr(self.model, "history")

    def row_or_404(self, request: HttpRequest, object_id: str) -> Model:
        row = self.get_object(request, unquote(object_id))
        if row is None:
            raise Http404
        return row

    def _get_obj_does_not_exist_redirect(self, request, opts, object_id):
        raise Http404

    # --- Lists -----------------------------------------------------------------------------------------------

    def get_actions(self, request: HttpRequest) -> dict:
        """None: an act has its page in the portal, to which the record links."""
        return {}

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[RecordList]:
        return RecordList

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """Only what the list itself offers: any field may be asked of otherwise, a password's or a draft's text too."""
        return lookup in self._offered_filters()

    def _offered_filters(self) -> Iterator[str]:
        """The parameters of `list_filter`, as Django's filters name them."""
        for each in self.list_filter:
            if isinstance(each, type) and issubclass(each, admin.SimpleListFilter):
                yield str(each.parameter_name)
            else:
                name = str(each[0] if isinstance(each, tuple) else each)
                yield name
                yield from (f"{name}__{end}" for end in ("exact", "id__exact", "isnull", "isempty"))

    def get_changelist_instance(self, request: HttpRequest) -> RecordList:
        try:
            found = super().get_changelist_instance(request)
        except IncorrectLookupParameters as error:
            raise BadRequest("unknown or malformed filter") from error
        assert isinstance(found, RecordList)
        number, pages = found.page_num, found.paginator.num_pages
        if request.GET.get(PAGE_VAR, "1") not in {str(page) for page in range(1, pages + 1)}:
            raise BadRequest("no such page")
        found.previous_address = found.get_query_string({PAGE_VAR: number - 1}) if number > 1 else ""
        found.next_address = found.get_query_string({PAGE_VAR: number + 1}) if number < pages else ""
        return found

    def changelist_view(self, request: HttpRequest, extra_context=None) -> HttpResponse:
        if request.method == "POST":
            raise PermissionDenied
        context = {"csv_url": self.address("csv") if self.csv_columns else ""}
        if self.has_add_permission(request):
            context["add_url"] = self.address("add")
        return super().changelist_view(request, context | (extra_context or {}))

    def csv_view(self, request: HttpRequest) -> HttpResponse:
        """The list as it is filtered now, as CSV: exactly the rows the person sees there."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        found = self.get_changelist_instance(request)
        head = [console_values.label(self.model, name, self) for name in self.csv_columns]
        rows = (self._cells(row) for row in found.get_queryset(request))
        return csv_export.response(str(self.opts.model_name), head, rows)

    def _cells(self, row: Model) -> list:
        cells = []
        for name in self.csv_columns:
            field, _attribute, value = lookup_field(name, row, self)
            cells.append(console_values.field_value(field, value, row) if field is not None else value)
        return cells

    # --- One row ---------------------------------------------------------------------------------------------

    def get_fields(self, request: HttpRequest, obj=None) -> list:
        return [*(self.facts if obj else ()), *self.fields]

    def get_readonly_fields(self, request: HttpRequest, obj=None) -> list:
        return list(self.facts) if obj else []

    def get_form(self, request: HttpRequest, obj=None, change=False, **kwargs):
        form: Any = super().get_form(request, obj, change, **kwargs)
        form.rights = of_person(request).rights  # the class is made anew for each request
        return form

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        if isinstance(db_field, TextField):
            kwargs["form_class"] = SeveralLinesField
        formfield = super().formfield_for_dbfield(db_field, request, **kwargs)
        if formfield is not None and isinstance(formfield.widget, RelatedFieldWidgetWrapper):
            formfield.widget = formfield.widget.widget  # no windows that open over the page
        if formfield is not None and isinstance(formfield.widget, forms.Textarea):
            formfield.widget.attrs["rows"] = 4
        return formfield

    def panels(self, request: HttpRequest, row: Model) -> Iterable[Panel]:
        """Tables of what belongs to the row."""
        return ()

    def links(self, request: HttpRequest, row: Model) -> Iterable[tuple[Any, str]]:
        """Other pages about the row: (words, address)."""
        return ()

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        form = context["adminform"].form
        names = flatten_fieldsets(self.get_fieldsets(request, obj))
        may_change = add or self.has_change_permission(request, obj)
        read_only = self.get_readonly_fields(request, obj) if may_change else names
        context |= {
            "form": form,
            "may_change": may_change and (add or bool(self.fields)),
            "facts": [
                (
                    console_values.label(self.model, name, self),
                    console_values.value_of(obj, name, self, self.moments),
                )
                for name in read_only
            ]
            if obj
            else [],
            "bound_fields": [form[name] for name in names if name in form.fields and name not in read_only],
        }
        if obj is not None:
            context |= {
                "panels": list(self.panels(request, obj)),
                "links": list(self.links(request, obj)),
                "history_url": self.address("history", obj.pk) if self.is_tracked else "",
            }
        context["list_url"] = self.address("changelist")
        return super().render_change_form(request, context, add, change, form_url, obj)

    def save_model(self, request: HttpRequest, obj: Model, form, change: bool) -> None:
        """Every change keeps who and why. Models whose change is an act of the record override this by its verb."""
        sign(obj, of_person(request).user, form.cleaned_data["reason"])
        obj.save()

    def response_add(self, request: HttpRequest, obj: Model, post_url_continue=None) -> HttpResponse:
        messages.success(request, _("%(row)s was added.") % {"row": obj})
        return redirect(self.address("change", obj.pk))

    def response_change(self, request: HttpRequest, obj: Model) -> HttpResponse:
        messages.success(request, _("%(row)s was changed.") % {"row": obj})
        return redirect(self.address("change", obj.pk))

    def history_of(self, request: HttpRequest, row: Model) -> list[history.Change]:
        """The history of the row as this person reads it."""
        return history.changes(row, zone=self.zone_of(row))

    def history_view(self, request: HttpRequest, object_id: str, extra_context=None) -> HttpResponse:
        row = self.row_or_404(request, object_id)
        if not self.has_view_permission(request, row):
            raise PermissionDenied
        context = {
            "original": row,
            "opts": self.opts,
            "changes": self.history_of(request, row),
            "list_url": self.address("changelist"),
            "change_url": self.address("change", row.pk),
        }
        return TemplateResponse(request, "admin/object_history.html", context)

    # Django's own log of the console would be a second, weaker record beside the histories and the journal.
    def log_addition(self, request, obj, message): ...

    def log_change(self, request, obj, message): ...

"""Who is who: groups, Member States, offices, people, and the accreditations from which every right comes."""

from datetime import datetime
from typing import TYPE_CHECKING, Self

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from cwg.languages import LANGUAGE_CODES, LANGUAGES, current_language

from . import running_names
from .addresses import AddressField
from .parties import NamesParty, PartyQuerySet, named_where

if TYPE_CHECKING:
    from .rights import Rights


def default_reminder_hours() -> list[int]:
    """14 days, 7 days, 48 hours and 6 hours before a deadline."""
    return [336, 168, 48, 6]


class Group(models.Model):
    """A group with its own meetings and its own rights. Nothing is inherited from a parent."""

    class Membership(models.TextChoices):
        MEMBER_STATES = "member_states", _("Member States only")
        MEMBERSHIP = "membership", _("Member States and Sector Members")

    code = models.CharField(_("code"), max_length=30, unique=True, help_text=_("As in symbols: WG-WSIS."))
    slug = models.SlugField(_("address"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=200)
    short_name = models.CharField(_("short name"), max_length=60)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="parts", verbose_name=_("part of")
    )
    open_to = models.CharField(
        _("open to"), max_length=20, choices=Membership.choices, default=Membership.MEMBER_STATES
    )
    seat = models.CharField(_("seat"), max_length=80, default="Geneva")
    zone = models.CharField(_("time zone of the seat"), max_length=60, default="Europe/Zurich")
    reminder_hours = ArrayField(
        models.PositiveSmallIntegerField(),
        default=default_reminder_hours,
        blank=True,
        verbose_name=_("reminders"),
        help_text=_("Hours before a deadline at which reminders go out."),
    )
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("group")
        verbose_name_plural = _("groups")
        ordering = ["code"]
        constraints = [
            # Symbols are read without regard to case: two such groups could not both number a document.
            models.UniqueConstraint(
                Lower("code"),
                name="code_once_whatever_its_case",
                violation_error_message=_(
                    "There is a group with that code already. Capital and small letters make no difference in symbols."
                ),
            )
        ]

    def __str__(self) -> str:
        return self.short_name


class MemberStateQuerySet(models.QuerySet["MemberState"]):
    def in_order(self) -> "MemberStateQuerySet":
        """In the order of their names in the active language."""
        return self.order_by(f"sort_{current_language()}", "iso3")


class MemberState(models.Model):
    """A Member State of ITU, or the State of Palestine under Resolution 99. Data, not an enum: names change."""

    class MembershipClass(models.TextChoices):
        MEMBER_STATE = "member_state", _("Member State")
        RESOLUTION_99 = "resolution_99", _("Under Resolution 99")

    iso3 = models.CharField(
        _("ISO code"), max_length=3, unique=True, validators=[RegexValidator(r"^[A-Z]{3}\Z")]
    )
    iso2 = models.CharField(max_length=2, blank=True)
    membership_class = models.CharField(
        _("membership"), max_length=20, choices=MembershipClass.choices, default=MembershipClass.MEMBER_STATE
    )
    itu_region = models.CharField(_("ITU administrative region"), max_length=1, blank=True)
    un_region = models.CharField(_("UN region"), max_length=40, blank=True)
    regional_organizations = ArrayField(
        models.CharField(max_length=10), default=list, blank=True, verbose_name=_("regional organizations")
    )
    short_ar = models.CharField(_("name (Arabic)"), max_length=120)
    short_zh = models.CharField(_("name (Chinese)"), max_length=120)
    short_en = models.CharField(_("name (English)"), max_length=120)
    short_fr = models.CharField(_("name (French)"), max_length=120)
    short_ru = models.CharField(_("name (Russian)"), max_length=120)
    short_es = models.CharField(_("name (Spanish)"), max_length=120)
    formal_ar = models.CharField(_("formal name (Arabic)"), max_length=200, blank=True)
    formal_zh = models.CharField(_("formal name (Chinese)"), max_length=200, blank=True)
    formal_en = models.CharField(_("formal name (English)"), max_length=200, blank=True)
    formal_fr = models.CharField(_("formal name (French)"), max_length=200, blank=True)
    formal_ru = models.CharField(_("formal name (Russian)"), max_length=200, blank=True)
    formal_es = models.CharField(_("formal name (Spanish)"), max_length=200, blank=True)
    # Names sort per language by stored keys: the database's collation knows nothing of articles or of pinyin.
    sort_ar = models.CharField(max_length=160, blank=True, editable=False)
    sort_zh = models.CharField(max_length=160, blank=True)
    sort_en = models.CharField(max_length=160, blank=True, editable=False)
    sort_fr = models.CharField(max_length=160, blank=True, editable=False)
    sort_ru = models.CharField(max_length=160, blank=True, editable=False)
    sort_es = models.CharField(max_length=160, blank=True, editable=False)
    history = HistoricalRecords()

    objects = MemberStateQuerySet.as_manager()

    class Meta:
        verbose_name = _("Member State")
        verbose_name_plural = _("Member States")
        ordering = ["sort_en", "iso3"]
        constraints = [models.UniqueConstraint(Lower("iso3"), name="iso3_once_whatever_its_case")]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The short name in the active language."""
        return self.name_in(current_language())

    @property
    def in_text(self) -> str:
        """The name within a sentence in the active language: "the Syrian Arab Republic". At its start: `capfirst`."""
        return running_names.of_state(self.name, current_language())

    def name_in(self, language: str) -> str:
        return getattr(self, f"short_{language}") or self.short_en


# What a page that only names a State does not read: half of a wide row.
UNREAD_WHERE_NAMED = (
    "membership_class",
    "itu_region",
    "un_region",
    "regional_organizations",
    *(f"{form}_{code}" for form in ("formal", "sort") for code in LANGUAGE_CODES),
)


class OfficeQuerySet(models.QuerySet["Office"]):
    def besides_secretariats(self) -> Self:
        """Those of which something is asked and for which papers are filed: a secretariat does both, and to others."""
        return self.exclude(kind=Office.Kind.SECRETARIAT)


class Office(models.Model):
    """Who acts for the Group or for ITU rather than for a Member State; also a body invited to contribute."""

    class Kind(models.TextChoices):
        CHAIR = "chair", _("Chair")
        SECRETARIAT = "secretariat", _("Secretariat of the Group")
        BUREAU = "bureau", _("General Secretariat or Bureau")
        INVITED = "invited", _("Invited body")

    code = models.CharField(_("code"), max_length=30, unique=True)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind.choices)
    name = models.CharField(_("name"), max_length=200)
    history = HistoricalRecords()

    objects = OfficeQuerySet.as_manager()

    class Meta:
        verbose_name = _("office")
        verbose_name_plural = _("offices")
        ordering = ["kind", "name", "pk"]

    def __str__(self) -> str:
        return self.name

    @property
    def in_text(self) -> str:
        """As of a State: "the Chair of WG-WSIS"."""
        of_group = self.kind in (self.Kind.CHAIR, self.Kind.SECRETARIAT)
        return running_names.of_office(self.name, current_language(), is_office_of_group=of_group)

    @property
    def is_invited(self) -> bool:
        return self.kind == self.Kind.INVITED

    @property
    def is_secretariat(self) -> bool:
        """Not among `OfficeQuerySet.besides_secretariats`."""
        return self.kind == self.Kind.SECRETARIAT


class PersonManager(BaseUserManager["Person"]):
    def create_person(self, email: str, name: str, password: str | None = None, **fields) -> "Person":
        """Create a person without any right: rights come from accreditations only."""
        person = self.model(email=email.strip(), name=name.strip(), **fields)
        person.set_password(password)
        person.save()
        return person

    def get_by_natural_key(self, email: str | None) -> "Person":
        return self.get(email=email)


class Person(AbstractBaseUser):
    """A human being with an e-mail address. Rights follow the delegation or office, never the person."""

    email = AddressField(_("e-mail address"), unique=True)
    name = models.CharField(_("name"), max_length=150)
    language = models.CharField(_("language"), max_length=2, choices=LANGUAGES, default="en")
    time_zone = models.CharField(
        _("time zone"), max_length=60, blank=True, help_text=_("Empty: the zone of the device.")
    )
    theme = models.CharField(
        _("appearance"),
        max_length=5,
        blank=True,
        choices=[("", _("As the device")), ("light", _("Light")), ("dark", _("Dark"))],
    )
    is_active = models.BooleanField(_("may sign in"), default=True)
    joined_at = models.DateTimeField(auto_now_add=True)
    # The account that stayed when this one, the same human being's, was closed (account_care.py).
    joined_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("joined into")
    )
    # The secret in the address of a person's own calendar; a new one revokes the old address.
    calendar_secret = models.CharField(max_length=43, blank=True, editable=False, db_index=True)
    history = HistoricalRecords(excluded_fields=["password", "last_login", "calendar_secret"])

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]
    objects = PersonManager()

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        ordering = ["name", "pk"]
        constraints = [models.UniqueConstraint(Lower("email"), name="email_once_whatever_its_case")]

    def __str__(self) -> str:
        return self.name or self.email

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name

    # What the console asks. The answers come from accreditations and end with them.
    @property
    def is_staff(self) -> bool:
        return self.is_active and self.rights.enters_console

    @property
    def is_superuser(self) -> bool:
        return False

    @property
    def rights(self) -> "Rights":
        """What this person may do at this moment; read once per object, so once per request. See `rights.py`."""
        if not hasattr(self, "_rights"):
            from .rights import rights_of

            self._rights = rights_of(self)
        return self._rights

    def has_perm(self, perm: str, obj=None) -> bool:
        return self.is_active and self.rights.may_in_console(perm)

    def has_perms(self, perms, obj=None) -> bool:
        return all(self.has_perm(perm, obj) for perm in perms)

    def has_module_perms(self, app_label: str) -> bool:
        return self.is_staff


class Role(models.TextChoices):
    DELEGATE = "delegate", _("Delegate")
    FOCAL_POINT = "focal_point", _("Focal point")
    CHAIR = "chair", _("Chair")
    VICE_CHAIR = "vice_chair", _("Vice-chair")
    SECRETARIAT = "secretariat", _("Secretariat")
    BUREAU = "bureau", _("General Secretariat or Bureau")
    INVITED = "invited", _("Invited contributor")
    STAKEHOLDER = "stakeholder", _("Stakeholder")
    AUDITOR = "auditor", _("Auditor")
    ADMINISTRATOR = "administrator", _("Administrator")


DELEGATION_ROLES = [Role.DELEGATE, Role.FOCAL_POINT]
OFFICE_ROLES = [Role.CHAIR, Role.VICE_CHAIR, Role.SECRETARIAT, Role.BUREAU, Role.INVITED]


def not_ended(at: datetime | models.Expression) -> models.Q:
    """Roles in force at `at`, and those that have yet to begin; of a row at hand: `Accreditation.has_ended_at`."""
    return models.Q(until__isnull=True) | models.Q(until__gt=at)


class AccreditationQuerySet(PartyQuerySet["Accreditation"]):
    def not_ended(self, at: datetime) -> "AccreditationQuerySet":
        return self.filter(not_ended(at))

    def in_force(self, now: datetime | models.Expression) -> "AccreditationQuerySet":
        """Those that give rights at `now`: from the first instant, up to but not including the last."""
        return self.filter(not_ended(now), since__lte=now)


def role_and_party(prefix: str) -> list[models.BaseConstraint]:
    """Delegation roles name a State, office roles an office, the others neither; for rows that carry a role."""
    return [
        named_where(
            f"{prefix}delegation_roles_and_only_they_name_a_state",
            "state",
            role__in=DELEGATION_ROLES,
        ),
        named_where(f"{prefix}office_roles_and_only_they_name_an_office", "office", role__in=OFFICE_ROLES),
    ]


class Accreditation(NamesParty):
    """The only source of rights: a person, in a delegation or an office, in one role, in one group, for a time."""

    person = models.ForeignKey(
        Person, models.PROTECT, related_name="accreditations", verbose_name=_("person")
    )
    group = models.ForeignKey(Group, models.PROTECT, related_name="accreditations", verbose_name=_("group"))
    role = models.CharField(_("role"), max_length=20, choices=Role.choices)
    state = models.ForeignKey(
        MemberState, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("delegation of")
    )
    office = models.ForeignKey(
        Office, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("office")
    )
    since = models.DateTimeField(_("from"))
    until = models.DateTimeField(_("until"), null=True, blank=True)
    history = HistoricalRecords()

    objects = AccreditationQuerySet.as_manager()

    class Meta:
        verbose_name = _("accreditation")
        verbose_name_plural = _("accreditations")
        ordering = ["group", "state", "role", "person", "pk"]
        constraints = [
            *role_and_party(""),
            models.CheckConstraint(
                name="an_accreditation_ends_after_it_began",
                condition=models.Q(until__isnull=True) | models.Q(until__gte=models.F("since")),
            ),
            models.UniqueConstraint(
                fields=["person", "group", "state"],
                condition=models.Q(until__isnull=True, state__isnull=False),
                name="one_open_role_in_a_delegation",
            ),
        ]
        indexes = [models.Index(fields=["person", "until"], name="accreditation_of_person")]

    def __str__(self) -> str:
        return gettext("%(person)s, %(role)s, %(party)s") % {
            "person": self.person,
            "role": self.get_role_display(),
            "party": self.state or self.office or self.group,
        }

    @property
    def capacity(self) -> str:
        """As what the person acts, without the State: a role, or the office that says it already ("Chair of the Group")."""
        role = self.get_role_display()
        if self.office is None or self.role == Role.VICE_CHAIR:
            return role
        return f"{role}, {self.office.name}" if self.office.is_invited else self.office.name

    def has_ended_at(self, at: datetime) -> bool:
        """Not among `not_ended` at the aware instant `at`: its last instant is no longer one of it."""
        return self.until is not None and self.until <= at

    @property
    def acts_as(self) -> tuple[str, int | None, int | None]:
        """The same in every group in which a person acts as the same: for lists that name it once."""
        return self.role, self.state_id, self.office_id


# Django finds the models of an app through this module.
from .entry_models import AddressChange, EntryAttempt, KeptWords, KnownDevice, Session  # noqa: E402, F401
from .invitation_models import Invitation  # noqa: E402, F401
from .roster.models import Roster  # noqa: E402, F401

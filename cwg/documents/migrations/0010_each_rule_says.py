"""A deadline that is not what its rule counts to says so; a revision keeps what each rule alone said of it.

Deadlines in force that were kept when their meeting moved are told from the others by what their own terms count to
for the opening as it stands. Revisions of before keep the verdict of the rule that bound them, and nothing is made up.
"""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import migrations, models

FIXED = ("register_id", "rule_id", "instant", "terms")


def trigger(columns: tuple[str, ...]) -> str:
    old, new = (", ".join(f"{row}.{name}" for name in columns) for row in ("OLD", "NEW"))
    return f"""
DROP TRIGGER instant_is_fixed ON documents_deadline;
CREATE TRIGGER instant_is_fixed BEFORE UPDATE ON documents_deadline FOR EACH ROW
    WHEN (({old}) IS DISTINCT FROM ({new})) EXECUTE FUNCTION cwg_refuse_change();
"""


def counted(terms: dict, opens_at: datetime, zone: ZoneInfo) -> datetime:
    """What a rule of these terms counted to when this migration was written: a copy, so that it stays what it did."""
    if terms["unit"] == "hours":
        return opens_at.astimezone(UTC) - timedelta(hours=terms["offset"])
    return end_of_local_day(opens_at.astimezone(zone).date() - timedelta(days=terms["offset"]), zone)


def end_of_local_day(day: date, zone: ZoneInfo) -> datetime:
    """The last microsecond of `day` in `zone`, in UTC, where midnight happens twice or never as well."""
    midnight = datetime.combine(day + timedelta(days=1), time())
    earlier, later = (midnight.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    if later.astimezone(zone).replace(tzinfo=None, fold=0) == midnight:
        last = later - timedelta(microseconds=1)
        return last if last.astimezone(zone).date() <= day else earlier - timedelta(microseconds=1)
    before, after = later, earlier
    while after - before > timedelta(microseconds=1):
        middle = before + (after - before) // 2
        if middle.astimezone(zone).date() <= day:
            before = middle
        else:
            after = middle
    return before


def tell_what_was_kept(apps, schema_editor):
    Deadline = apps.get_model("documents", "Deadline")
    in_force = Deadline.objects.filter(superseded_at__isnull=True).select_related("register")
    for deadline in in_force.order_by("pk"):
        if not deadline.terms:
            continue
        register = deadline.register
        by_rule = counted(deadline.terms, register.opens_at, ZoneInfo(register.zone))
        if by_rule != deadline.instant:
            Deadline.objects.filter(pk=deadline.pk).update(basis="kept", by_rule=by_rule)
    schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")


class Migration(migrations.Migration):
    dependencies = [
        ("documents", "0009_published_heads"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.AddField(
            "deadline",
            "basis",
            models.CharField(
                choices=[
                    ("rule", "as the rule counts"),
                    ("kept", "kept when the opening moved"),
                    ("by_hand", "set to another time"),
                ],
                default="rule",
                max_length=10,
                verbose_name="basis",
            ),
        ),
        migrations.AddField(
            "deadline", "by_rule", models.DateTimeField(blank=True, null=True, verbose_name="by the rule")
        ),
        migrations.AddField(
            "revision",
            "per_rule",
            models.JSONField(blank=True, null=True, verbose_name="verdict of each rule"),
        ),
        migrations.RunPython(tell_what_was_kept, migrations.RunPython.noop),
        migrations.AddConstraint(
            "deadline",
            models.CheckConstraint(
                condition=models.Q(basis="rule", by_rule__isnull=True)
                | ~models.Q(basis="rule") & models.Q(by_rule__isnull=False),
                name="a_deadline_beside_its_rule_says_what_the_rule_counts_to",
            ),
        ),
        migrations.RunSQL(trigger((*FIXED, "basis", "by_rule")), trigger(FIXED)),
    ]

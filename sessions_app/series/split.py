"""Split a series in two, before one of its sessions."""

from itertools import takewhile
from uuid import UUID

from django.utils import timezone

from sessions_app.exceptions import InvalidFields
from sessions_app.models import Series, SeriesRegistration, Session
from sessions_app.series.enrol import active_registrations
from sessions_app.series.lookup import rule_of, zone_of
from sessions_app.series.plan import DETAILS, FOREVER


def find_occurrence(series: Series, occurrence_id: UUID) -> Session:
    """The session, which has a time of the rule. Raises InvalidFields."""
    found = Session.objects.filter(series=series, pk=occurrence_id, original_at__isnull=False).first()
    if found is None:
        raise InvalidFields(occurrence_id="The series has no such session.")
    return found


def split(series: Series, occurrence: Session) -> Series:
    """The series that begins with this session, to which the later ones belong; a locked series.

    The one before ends before it, and keeps its people on record; they are registered for the new one. A
    series that would keep nothing is returned as it is. Raises InvalidFields for a session that is past.
    """
    at, zone = occurrence.original_at, zone_of(series)
    assert at is not None  # noqa: S101 - of find_occurrence
    if at <= timezone.now():
        raise InvalidFields(occurrence_id="The session's time has passed; name one to come.")
    rule = rule_of(series)
    before = sum(1 for _ in takewhile(lambda time: time < at, rule.times(series.starts_at, zone)))
    if not before:
        return series
    following = Series(
        account_id=series.account_id,
        previous=series,
        starts_at=at,
        rule=(rule.with_count(max(1, rule.count - before)) if rule.count else rule).text,
        planned_until=series.planned_until,
        created_by=series.created_by,
        excluded=series.excluded,
        **{name: getattr(series, name) for name in DETAILS},
    )
    following.save(force_insert=True)
    series.rule, series.planned_until = rule.ending_before(at).text, FOREVER
    series.save()
    _hand_over(series, following, occurrence)
    return following


def _hand_over(series: Series, following: Series, occurrence: Session) -> None:
    later = Session.objects.filter(series=series, original_at__gte=occurrence.original_at)
    ids = list(later.select_for_update(of=("self",), no_key=True).order_by("pk").values_list("pk", flat=True))
    Session.objects.filter(pk__in=ids).update(series=following)
    for person in active_registrations(series):
        person.pk, person.series = SeriesRegistration._meta.pk.get_default(), following
        person.save(force_insert=True)

"""Every registered admin page: bounded lists, no hidden filters, no private data, and only the user's accounts."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group, Permission, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from calls.lifecycle.end import end
from calls.models import (
    Agent,
    Analysis,
    AutoEndRule,
    Call,
    CallMonitor,
    Operation,
    PriceCheck,
    ProviderEvent,
    Reconciliation,
    RecordingSync,
    RoomOpening,
    Step,
    StreamStep,
    Transcript,
)
from liveplatform.accounts.keys import make_key
from liveplatform.accounts.models import Account, JwtIssuer
from liveplatform.admin.base import LargeTableAdmin
from liveplatform.admin.models import GroupAccount, StaffAction, StaffOperation
from liveplatform.webhooks.models import Delivery, Endpoint
from sessions_app.models import (
    App,
    Livestream,
    LivestreamDelivery,
    LivestreamSession,
    LivestreamWebhook,
    Mail,
    Meeting,
    Question,
    Registration,
    Series,
    SeriesRegistration,
    Session,
    SessionDuty,
)
from tests.calls.streams.streams import stream as stream_of
from tests.support.factories import phone_call

PAGES = dict(sorted((f"{m._meta.app_label}/{m._meta.model_name}", m) for m in admin.site._registry))
OF_ACCOUNTS = {path: m for path, m in PAGES.items() if admin.site.get_model_admin(m).account_path}
OWN_APPS = ("accounts", "calls", "sessions_app", "staff", "webhooks")
NUMBER, WORDS = "+14155550137", "the parrot is no more"


def everything_of(account: Account) -> None:
    """A row of each model that has an account, with a number and words that are private."""
    endpoint = Endpoint(account=account, url="https://hooks.example.com/", description="hook")
    endpoint.new_secret()
    endpoint.save()
    make_key(account, name="key")
    JwtIssuer.objects.create(account=account, issuer="i", audience=str(uuid4()), algorithm="HS256")
    call = phone_call(account, to_number=NUMBER, metadata={"said": WORDS}, notes=WORDS, feedback=WORDS)
    account.phone_numbers.update(number=NUMBER)
    connection_ = call.connection
    Transcript.objects.create(call=call, turns=[{"role": "customer", "text": WORDS}])
    Analysis.objects.create(
        call=call,
        metrics={},
        sentiment={"label": "negative", "reason": WORDS, "evidence": [{"index": 0, "why": [WORDS]}]},
        analyser="lexicon",
        version="1",
    )
    end(call.pk, account_id=account.pk, reason=f"hung up on {NUMBER}", actor="key:abc")
    text = f"refused {NUMBER}"
    log = [{"attempt": 1, "at": "2026-01-01T00:00:00+00:00", "ms": 1, "outcome": "again", "error": text}]
    Step.objects.filter(call=call).update(error=text, log=log, result={"said": WORDS})
    answered = [log[0] | {"answer": f"{NUMBER} {WORDS}"}]
    Delivery.objects.filter(account=account).update(error=text, log=answered)
    CallMonitor.objects.update_or_create(call=call, defaults={"error": text, "result": {"said": WORDS}})
    PriceCheck.objects.create(call=call, error=text)
    RecordingSync.objects.create(call=call, error=text, result={"url": WORDS})
    Reconciliation.objects.update_or_create(connection=connection_, defaults={"error": text})
    RoomOpening.objects.create(
        connection=connection_, call_id=call.pk, room_id=str(call.pk), error=text, log=log
    )
    ProviderEvent.objects.create(
        connection=connection_,
        call=call,
        dedup_key="1",
        type="initiated",
        kind="call_status",
        payload={"to": NUMBER},
        url=f"https://x.example/?to={NUMBER}",
        headers={"x": NUMBER},
        body=f"To={NUMBER}&said={WORDS}".encode(),
        result={"summary": text},
    )
    given = {"account": account, "filter": {"to_number": {"eq": NUMBER}}}
    Operation.objects.create(**given, code="busy", requested_by="x", reason=WORDS)
    AutoEndRule.objects.create(**given, name="rule", min_age=60, state="skipped")
    StaffOperation.objects.create(account=account, model="calls.step", action="run_again", requested_by="x")
    Agent.objects.create(account=account, name="agent", twiml=f"<Response><Say>{WORDS}</Say></Response>")
    StaffAction.objects.create(account=account, actor="staff:x", verb="end", subjects=[call.pk])
    streams_of(call)
    sessions_of(account)


def streams_of(call: Call) -> None:
    """An audio stream and a livestream, with secrets that nobody may see here."""
    text, account = f"refused {NUMBER}", call.account
    stream = stream_of(account, call=call, parameters={"service_url": f"wss://bot.example/?said={WORDS}"})
    StreamStep.of(stream, StreamStep.Kind.STOP, error=text, result={"said": WORDS}).save()
    app = App.objects.create(account=account, name="app")
    meeting = Meeting.objects.create(account=account, app=app, settings={"said": WORDS})
    livestream = Livestream.objects.create(
        account=account, app=app, meeting=meeting, playback_url=f"https://x.example/?said={WORDS}"
    )
    run = stream_of(account, call=call, kind="livestream")
    LivestreamSession.objects.create(stream=run, livestream=livestream)
    url = f"https://hooks.example.com/?said={WORDS}"
    hook = LivestreamWebhook.objects.create(account=account, app=app, name="hook", url=url, events=[])
    LivestreamDelivery.objects.create(webhook=hook, event="meeting.started", body={}, error=text)


def sessions_of(account: Account) -> None:
    """A session with everything that belongs to it."""
    at = timezone.now() + timedelta(days=1)
    details = {"brand_id": "acme", "host_id": "host", "title": "Sleep", "max_participants": 1}
    details["metadata"] = {"said": WORDS}
    series = Series.objects.create(account=account, starts_at=at, rule="FREQ=WEEKLY;COUNT=3", **details)
    session = Session.objects.create(
        account=account, series=series, scheduled_at=at, registered_count=1, **details
    )
    person = {"email": f"{NUMBER.strip('+')}@example.com", "name": WORDS, "answers": {"a": WORDS}}
    person |= {"patient_id": NUMBER, "person_key": f"patient:{NUMBER}"}
    SeriesRegistration.objects.create(series=series, **person)
    registration = Registration.objects.create(session=session, **person)
    waiting = {"status": "waitlist", "waitlist_number": 1, "user_id": "ben", "person_key": "user:ben"}
    Registration.objects.create(session=session, **person | waiting)
    question = {"asker_user_id": "anna", "body": WORDS, "answer": WORDS}
    Question.objects.create(session=session, **question)
    text = f"refused {NUMBER}"
    SessionDuty.objects.create(session=session, kind="open", error=text)
    Mail.objects.create(
        session=session,
        registration=registration,
        kind="reminder",
        cause="1",
        number=1,
        to=person["email"],
        error=text,
        details={"said": WORDS},
    )


@pytest.fixture
def rows(account):
    everything_of(account)
    return account


@pytest.fixture
def root(db) -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("root"))
    return client


def member(name: str, *, without: tuple[str, ...] = (), only: str = "", **fields) -> Client:
    """Staff with all permissions of the platform's own apps, but these."""
    user = User.objects.create_user(name, password="x", is_staff=True, **fields)
    own = Permission.objects.filter(content_type__app_label__in=(*OWN_APPS, "axes"))
    user.user_permissions.set(own.filter(codename__startswith=only).exclude(codename__in=without))
    client = Client()
    client.force_login(user)
    return client


def test_every_page_has_the_platforms_base():
    assert {
        path for path, m in PAGES.items() if not isinstance(admin.site.get_model_admin(m), LargeTableAdmin)
    } == set()
    for model in PAGES.values():
        page = admin.site.get_model_admin(model)
        assert page.show_facets == admin.ShowFacets.NEVER and not page.show_full_result_count


def test_every_model_with_an_account_has_a_row_in_these_tests(rows):
    for model in OF_ACCOUNTS.values():
        path = admin.site.get_model_admin(model).account_path
        assert model.objects.filter(**{path: rows.pk}).exists(), model


def test_lists_count_no_table_and_sort_by_no_column_without_an_index(rows, root):
    for path, model in PAGES.items():
        with CaptureQueriesContext(connection) as queries:
            assert root.get(f"/admin/{path}/", {"o": "3.-4", "_facets": "1"}).status_code == 200, path
        counts = [q["sql"] for q in queries if "COUNT(" in q["sql"]]
        assert all("LIMIT" in sql for sql in counts), path
        if path.split("/")[0] not in OWN_APPS:
            continue  # small tables
        table = f'"{model._meta.db_table}"'
        orders = [
            q["sql"].split("ORDER BY")[1] for q in queries if "ORDER BY" in q["sql"] and table in q["sql"]
        ]
        assert all(order.split()[0].strip(",") == f'{table}."id"' for order in orders), orders


def test_no_hidden_column_can_be_asked_for_by_a_filter(rows, root):
    for path in PAGES:
        for lookup in ("id__gt", "error__icontains", "to_number__startswith", "account__name__startswith"):
            assert root.get(f"/admin/{path}/", {lookup: "1"}).status_code in (302, 400), (path, lookup)


@pytest.mark.parametrize(
    "link",
    [
        "axes/accesslog/?attempt_time__gte=2026-01-01&attempt_time__lt=2027-01-01",
        "axes/accesslog/?attempt_time__year=2026",
        "axes/accessattempt/?path_info=/admin/login/&locked_out=yes",
        "otp_totp/totpdevice/?confirmed__exact=1",
        "auth/user/?is_staff__exact=1",
    ],
)
def test_the_links_of_a_lists_filters_are_obeyed(root, link):
    page = admin.site.get_model_admin(PAGES[link.split("/?")[0]])
    assert root.get(f"/admin/{link}").status_code == 200, page.list_filter


def test_staff_read_a_page_and_not_json_when_a_link_is_wrong(root):
    for path, status in (("calls/call/?nope__gt=1", 400), ("no/such/page/", 404)):
        answer = root.get(f"/admin/{path}")
        assert answer.status_code == status and answer["Content-Type"].startswith("text/html")
        assert "/admin/" in answer.content.decode(), "a way back"
    assert root.get("/v1/nothing")["Content-Type"] == "application/json"


@pytest.mark.parametrize("may_see", [True, False])
def test_without_the_permission_no_number_and_no_words_are_shown(rows, may_see):
    client = member("amy") if may_see else member("amy", only="view_")
    for path, model in OF_ACCOUNTS.items():
        account_path = admin.site.get_model_admin(model).account_path
        pages = [client.get(f"/admin/{path}/")]
        for row in model.objects.filter(**{account_path: rows.pk}):
            pages += [client.get(f"/admin/{path}/{row.pk}/{page}/") for page in ("change", "history")]
        assert {answer.status_code for answer in pages} == {200}, path
        shown = "".join(answer.content.decode() for answer in pages)
        private = NUMBER.lstrip("+") in shown or WORDS in shown
        assert not private or may_see, path
        if path in (
            "calls/call",
            "calls/phonenumber",
            "webhooks/event",
            "webhooks/delivery",
            "sessions_app/mail",
        ):
            assert private == may_see, path


def test_staff_bound_to_an_account_see_and_reach_no_other(rows):
    other = Account.objects.create(name="theirs")
    group = Group.objects.create(name="bound")
    GroupAccount.objects.create(group=group, account=other)
    client = member("bob")
    User.objects.get(username="bob").groups.add(group)
    for path, model in PAGES.items():
        page = admin.site.get_model_admin(model)
        listed = client.get(f"/admin/{path}/")
        if page.account_path is None:
            assert listed.status_code == 403, path
            continue
        assert "0 results" in listed.content.decode() or path == "accounts/account", path
        for row in model.objects.filter(**{page.account_path: rows.pk}):
            for answer in (
                client.get(f"/admin/{path}/{row.pk}/change/"),
                client.post(f"/admin/{path}/{row.pk}/change/", {"name": "x"}),
                client.post(f"/admin/{path}/{row.pk}/delete/", {"post": "yes"}),
            ):
                assert answer.status_code in (302, 403), path
            assert model.objects.filter(pk=row.pk).exists(), path
            for action in page.bulk_actions:
                client.post(f"/admin/{path}/act/{action.name}/", {"ids": str(row.pk)})
    assert not StaffAction.objects.exclude(verb="log in").exclude(verb="end").exists()


def test_bound_staff_act_on_no_other_call_or_account(rows):
    other = Account.objects.create(name="theirs")
    group = Group.objects.create(name="bound")
    GroupAccount.objects.create(group=group, account=other)
    client = member("bob")
    User.objects.get(username="bob").groups.add(group)
    live, over = phone_call(rows), rows.calls.exclude(ended_at=None).get()
    delivery = Delivery.objects.filter(account=rows).first()
    for path in (
        f"{live.pk}/end/",
        f"{live.pk}/notes/",
        f"{over.pk}/step/terminate/",
        f"{over.pk}/delivery/{delivery.pk}/",
    ):
        assert client.post(f"/admin/calls/call/{path}", {"notes": "x"}).status_code == 404
    assert client.post(f"/admin/calls/operation/stop/{rows.pk}/").status_code == 404
    sent = {"account": rows.pk, "name": "n", "filter": '{"is_test": true}', "min_age": 60, "code": "busy"}
    assert "Select a valid choice" in client.post("/admin/calls/autoendrule/add/", sent).content.decode()
    for term in (str(live.pk), NUMBER, str(rows.pk)):
        assert "0 results" in client.get("/admin/calls/call/", {"q": term}).content.decode()
    mine = phone_call(other)
    assert str(mine.pk) in client.get("/admin/calls/call/").content.decode()
    assert client.post(f"/admin/calls/call/{mine.pk}/end/").status_code == 302


def test_an_add_page_shows_nothing_that_the_row_does_not_have_yet(rows, root):
    for path in PAGES:
        answer = root.get(f"/admin/{path}/add/")
        text = answer.content.decode()
        assert answer.status_code in (200, 403), path
        assert "Now()" not in text and "DatabaseDefault" not in text and "events_url" not in text, path
        if answer.status_code == 200 and path.split("/")[0] in OWN_APPS:
            assert "readonly" not in text, path


def test_pages_of_rows_show_no_python(rows, root):
    text = root.get(f"/admin/accounts/account/{rows.pk}/change/").content.decode()
    assert rows.account_id in text and "Now()" not in text

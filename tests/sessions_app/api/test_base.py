"""Who asks, as the session APIs read it from keys, tokens and headers."""

from tests.sessions_app.factories import BRAND, HOST, session, user_token


def test_a_key_acts_for_the_user_it_names(api, account):
    row = session(account)
    path = f"/v1/sessions/{row.pk}/questions"
    assert api("POST", path, {"body": "Why?"}).status_code == 400, "a user is needed"
    asked = api("POST", path, {"body": "Why?"}, X_User_Id=HOST)
    assert asked.status_code != 400


def test_a_users_token_speaks_for_that_user_only(api, account):
    row = session(account)
    headers = {"Authorization": f"Bearer {user_token(account, 'anna')}", "X_User_Id": HOST}
    assert api("PATCH", f"/v1/sessions/{row.pk}", {"title": "x"}, **headers).status_code == 403


def test_the_tokens_brand_comes_before_the_header(api, account):
    row = session(account)
    bound = {"Authorization": f"Bearer {user_token(account, HOST, brand_id='other')}", "X_Brand_Id": BRAND}
    assert api("GET", f"/v1/sessions/{row.pk}", **bound).status_code == 404
    free = {"Authorization": f"Bearer {user_token(account, HOST)}", "X_Brand_Id": BRAND}
    assert api("GET", f"/v1/sessions/{row.pk}", **free).status_code == 200


def test_a_header_that_is_no_plain_text_is_400(api):
    answer = api("GET", "/v1/live/sessions", X_User_Id="a\x07b")
    assert (answer.status_code, "X-User-Id" in answer.json()["message"]) == (400, True)


def test_headers_are_in_utf_8_as_the_ids_of_tokens(api, account):
    """A server hands their bytes over as characters of Latin-1."""
    row = session(account)
    path = f"/v1/sessions/{row.pk}/registrations"
    by_token = api("POST", path, {}, Authorization=f"Bearer {user_token(account, 'josé')}")
    sent = "josé".encode().decode("latin-1")
    by_key = api("POST", path, {}, X_User_Id=sent)
    assert by_key.json()["user_id"] == "josé"
    assert by_key.json()["id"] == by_token.json()["id"]
    assert api("POST", path, {}, X_User_Id="jos\xe9").status_code == 400

"""Twilio's API at the sandbox: authentication and errors as Twilio has them."""

import requests

CALLS = "/2010-04-01/Accounts/{}/Calls.json"
FORM = {"To": "+14155550111", "From": "+14155550100", "Twiml": "<Response/>"}


def test_the_first_token_of_an_account_is_its_token(sandbox_url, account_sid):
    url = sandbox_url + CALLS.format(account_sid)
    assert requests.post(url, FORM, auth=(account_sid, "one"), timeout=5).status_code == 201
    for wrong in ((account_sid, "two"), (account_sid, ""), ("AC0", "one"), None):
        answer = requests.post(url, FORM, auth=wrong, timeout=5)
        assert (answer.status_code, answer.json()["code"]) == (401, 20003)
        assert set(answer.json()) == {"code", "message", "more_info", "status"}


def test_a_call_without_numbers_or_instructions_is_refused(sandbox_url, account_sid):
    url = sandbox_url + CALLS.format(account_sid)
    for missing, code in (("To", 21201), ("From", 21213), ("Twiml", 21205)):
        form = {name: value for name, value in FORM.items() if name != missing}
        answer = requests.post(url, form, auth=(account_sid, "one"), timeout=5)
        assert (answer.status_code, answer.json()["code"]) == (400, code)


def test_a_call_of_another_account_does_not_exist(sandbox_url, account_sid):
    mine = requests.post(
        sandbox_url + CALLS.format(account_sid), FORM, auth=(account_sid, "one"), timeout=5
    ).json()["sid"]
    theirs = sandbox_url + f"/2010-04-01/Accounts/AC{'0' * 32}/Calls/{mine}.json"
    assert requests.get(theirs, auth=("AC" + "0" * 32, "x"), timeout=5).json()["code"] == 20404

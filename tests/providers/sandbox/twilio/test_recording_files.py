"""Recordings of an account at the sandbox, asked for by Twilio's official package."""

import io
import wave

import pytest
import requests
from twilio.base.exceptions import TwilioRestException

from tests.support.sandbox import SECRET
from tests.support.twilio_sdk import official


def test_recordings_are_listed_read_downloaded_and_deleted(sandbox, sandbox_url, account_sid):
    client = official(sandbox_url, account_sid)
    call = client.calls.create(to="+14155550111", from_="+14155550100", twiml="<Response/>")
    sandbox.add_recording(call.sid, seconds=2)
    (recording,) = client.recordings.list()
    assert [each.sid for each in client.recordings.list(call_sid=call.sid)] == [recording.sid]
    assert client.recordings.list(call_sid="CA0") == []
    assert client.recordings(recording.sid).fetch().call_sid == call.sid
    url = f"{sandbox_url}/2010-04-01/Accounts/{account_sid}/Recordings/{recording.sid}"
    sound = requests.get(url, auth=(account_sid, SECRET), timeout=5)
    with wave.open(io.BytesIO(sound.content)) as file:
        assert file.getnframes() == 2 * file.getframerate()
    assert requests.get(url, timeout=5).status_code == 401
    assert client.recordings(recording.sid).delete()
    with pytest.raises(TwilioRestException) as gone:
        client.recordings(recording.sid).fetch()
    assert gone.value.code == 20404

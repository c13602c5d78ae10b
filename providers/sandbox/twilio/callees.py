"""What the called numbers of the sandbox do: answer, ring, or not; chosen by their last seven digits.

All are of the range 555-01xx, reserved for fiction. Any other number is a person who answers at once.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Callee:
    """`ends`: how the call ends unanswered; `answers`: False: it rings until `answered` happens to it.

    `answered_by`: AnsweredBy for a call with MachineDetection, by mode.
    """

    ends: str = ""
    answers: bool = True
    answered_by: str = "human"
    answered_by_after_message: str = "human"


PERSON = Callee()
CALLEES = {
    "5550190": Callee(ends="busy"),
    "5550191": Callee(ends="no-answer"),
    "5550192": Callee(ends="failed"),
    "5550193": Callee(answers=False),
    "5550194": Callee(answered_by="machine_start", answered_by_after_message="machine_end_beep"),
    "5550195": Callee(answered_by="unknown", answered_by_after_message="unknown"),
    "5550196": Callee(answered_by="fax", answered_by_after_message="fax"),
}


def callee(number: str) -> Callee:
    """Who is at this number."""
    return CALLEES.get(number[-7:], PERSON)


def detected(number: str, mode: str) -> str:
    """AnsweredBy of this number in the MachineDetection mode Enable or DetectMessageEnd."""
    found = callee(number)
    return found.answered_by_after_message if mode == "DetectMessageEnd" else found.answered_by

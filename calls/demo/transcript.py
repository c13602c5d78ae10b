"""The transcript of the demo's phone call: a customer whose internet has failed for the third time."""

LINES = [
    ("agent", "Thank you for calling Northwind Internet, this is Dana. How can I help you today?"),
    (
        "customer",
        "Hi. My internet has been down since yesterday, and this is the third time I am calling about it.",
    ),
    ("agent", "I am sorry to hear that. May I have your account number, please?"),
    ("customer", "It is four seven one, double two. I already gave it to the robot."),
    ("agent", "Thank you. I see your line. Let me restart your router from here."),
    ("customer", "That is what your colleague did last time, and it still is not working."),
    ("agent", "I understand. I can send a technician on Thursday between eight and twelve."),
    (
        "customer",
        "I was on hold for forty minutes to hear that? I work from home, I cannot wait until Thursday.",
    ),
    ("agent", "Let me see what I can do. There is a cancellation tomorrow at nine. Shall I book that?"),
    ("customer", "Yes, tomorrow at nine, please. And I want a refund for the days without service."),
    ("agent", "It is booked, and I have credited four days to your account."),
    ("customer", "Okay, thank you. I hope somebody really comes this time."),
    ("agent", "They will. Is there anything else I can do for you?"),
    ("customer", "No, that is all. Goodbye."),
]
MS_BETWEEN_TURNS, MS_PER_WORD = 420, 330


def turns() -> list[dict[str, object]]:
    """The lines as turns, with the times that they would take when spoken."""
    start, result = 0, []
    for role, text in LINES:
        end = start + MS_PER_WORD * len(text.split())
        result.append({"role": role, "text": text, "start_ms": start, "end_ms": end})
        start = end + MS_BETWEEN_TURNS
    return result

"""Failed steps are listed and run again."""

from tests.support.admin_pages import act


def test_failed_steps_are_run_again_from_their_list(staff, ended):
    step = ended.steps.get(kind="terminate")
    assert "21211" in staff.get("/admin/calls/step/?state=failed").content.decode()
    assert "1 changed" in act(staff, "calls/step", "run_again", step)
    step.refresh_from_db()
    assert step.state == "pending"

"""Failed steps are listed and run again."""


def test_failed_steps_are_run_again_from_their_list(staff, ended):
    step = ended.steps.get(kind="terminate")
    assert "21211" in staff.get("/admin/calls/step/?state__exact=failed").content.decode()
    staff.post("/admin/calls/step/", {"_selected_action": [str(step.pk)], "action": "run_again"})
    step.refresh_from_db()
    assert step.state == "pending"

"""Links between admin pages."""

from uuid import uuid4

from calls.admin.links import call_link


def test_a_call_is_linked_by_its_id():
    id = uuid4()
    assert call_link(id) == f'<a href="/admin/calls/call/{id}/change/">{id}</a>'
    assert call_link(None) == "–"

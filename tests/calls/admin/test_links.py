"""Links between admin pages."""

from uuid import uuid4

from calls.admin.links import actor_names, call_link
from liveplatform.accounts.keys import make_key


def test_a_call_is_linked_by_its_id():
    id = uuid4()
    assert call_link(id) == f'<a href="/admin/calls/call/{id}/change/">{id}</a>'
    assert call_link(None) == "–"


def test_actors_have_the_names_of_their_keys(account, django_assert_num_queries):
    named, nameless = make_key(account, name="ci")[0], make_key(account)[0]
    actors = [f"key:{named.public_id}", f"key:{nameless.public_id}", "staff:alice", "", "worker"]
    with django_assert_num_queries(1):
        names = actor_names(actors)
    assert list(map(names.get, actors)) == [f"key ci ({named.public_id})", *actors[1:]]

"""Phone numbers in the admin: the list omits the number itself."""

from tests.support.factories import NUMBER, phone_connection


def test_the_list_omits_numbers_and_the_page_shows_one(staff, account):
    phone_connection(account)
    number = account.phone_numbers.get()
    listed = staff.get("/admin/calls/phonenumber/").content.decode()
    assert str(number.pk) in listed and NUMBER not in listed
    assert NUMBER in staff.get(f"/admin/calls/phonenumber/{number.pk}/change/").content.decode()

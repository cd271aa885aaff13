"""What roles, and the scopes of keys, let their holders do."""

import pytest

from models.permissions import CUSTOMER, PERMISSIONS, Permission, Role, Scope, of_key, of_member


@pytest.mark.parametrize(
    ("role", "may_delete", "deletes"),
    [
        (Role.ADMIN, False, True),
        (Role.AGENT, False, False),
        (Role.AGENT, True, True),
        (Role.VIEWER, True, False),
    ],
)
def test_agents_delete_when_they_were_given_that_and_viewers_never(role, may_delete, deletes):
    assert (Permission.DELETE in of_member(role, may_delete=may_delete)) is deletes


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("scope", Scope)
def test_a_key_never_may_more_than_its_member_nor_than_its_scope(role, scope):
    may = of_key(frozenset({scope}), PERMISSIONS[role])

    assert may <= PERMISSIONS[role]
    assert (Permission.SETTINGS in may) is (role is Role.ADMIN and scope is Scope.ADMIN)
    assert (Permission.REPLY in may) is (role is not Role.VIEWER and scope is not Scope.READ)
    assert Permission.READ in may


def test_no_member_and_no_key_holds_what_is_the_customers():
    everything = PERMISSIONS[Role.ADMIN] | of_key(frozenset(Scope), frozenset(Permission))

    assert not everything & CUSTOMER

"""ipfail of both sides: ours (the plugin) and Debian's program, in both roles."""

import test_ipfail
from mixed.scenario import scenario


@scenario(long_only=True, limit=150)
def owner_loses_its_path(pair):
    """Its groups go to the other node once; the asking and the answering cross the products."""
    took = test_ipfail.owner_loses_its_path(pair.build())
    pair.notes["moved after the death of the ping node"] = f"{took:.1f} s"


@scenario(long_only=True, limit=150)
def both_lose_it(pair):
    """Equal counts on both sides move nothing."""
    test_ipfail.both_lose_it(pair.build())


@scenario(long_only=True, limit=180)
def it_flaps(pair):
    """Two real nodes throw groups to and fro; with ours on one side it is once a minute at most."""
    moves = test_ipfail.it_flaps(pair.build())
    pair.notes["moves while the ping node flapped"] = moves
    assert pair.role == "reference" or moves <= 1, f"{moves} moves"

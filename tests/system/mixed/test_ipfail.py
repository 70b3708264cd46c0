"""ipfail of both sides: ours (the plugin) and Debian's program, in both roles."""

import test_ipfail
from mixed.scenario import scenario


@scenario(limit=200)
def one_loses_its_path(pair):
    """Groups go to the other node; the asking and the answering cross the products. Two real nodes
    then throw them to and fro while the path flaps; with ours on one side it was the only move."""
    # With failback a real ipfail sleeps for 10 s whenever its give-back meets another one.
    wished, moved, moves = test_ipfail.nothing_moves_until_one_loses_it(pair.build(),
                                                                        failback="off")
    pair.notes["wished after the death of the ping node"] = f"{wished:.1f} s"
    pair.notes["one hand-over"] = f"{moved:.1f} s"
    pair.notes["moves in all"] = moves
    assert pair.role == "reference" or moves == 1, f"{moves} moves"


@scenario(long_only=True, limit=240)
def it_flaps(pair):
    """From rest, for a minute, and with failback."""
    moves = test_ipfail.it_flaps_from_rest(pair.build())
    pair.notes["moves while the ping node flapped"] = moves
    assert pair.role == "reference" or moves <= 1, f"{moves} moves"

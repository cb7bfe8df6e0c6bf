"""apply and undo under one signature for several revisions: in order, each once, gone on with after a kill."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from gated import Gated
from gated import gated as gated
from gated import guarded_server as guarded_server
from gated import people as people
from test_run_gated import Killed, killed_at

from pgwright.gate.guard_refusals import Refused
from pgwright.run import refusals
from pgwright.run.approval import Accepted, Answered, Asked

At = Callable[[str], Gated]


@pytest.mark.parametrize("tier", [pytest.param("T0", marks=pytest.mark.slow), "T2"])
def test_one_signature_for_the_way_up_and_one_for_the_way_down(gated: At, tier: str) -> None:
    production = gated(tier)
    with pytest.raises(refusals.AwaitsApproval, match="one signature: pgwright request b2 c3 --env production"):
        production.apply()
    production.sign(production.request("a1..c3"))
    done = production.apply()
    assert [(one.revision, one.state) for one in done.receipts] == [("b2", "done"), ("c3", "done")]
    assert len({one.approvals for one in done.receipts}) == 1
    production.sign(production.request("a1..c3", direction="down"))
    assert production.undo("a1").after == ("a1",)
    with pytest.raises(refusals.AwaitsApproval, match="was used already"):
        production.apply()
    if tier == "T2":
        said = production.ledger()
        assert (said.count("open"), said.count("close")) == (4, 4)


def test_the_second_goes_with_it_when_the_first_went_before(gated: At) -> None:
    production = gated("T2")
    production.sign(production.request("b2", "c3"))
    assert production.apply("b2").after == ("b2",)
    assert production.apply().after == ("c3",)


def test_the_database_keeps_the_order_whatever_the_runner_believes(gated: At) -> None:
    """b2 ran under an approval of its own: of the run that was signed for both, the first never came to its end."""
    production = gated("T2")
    together = production.request("b2", "c3")
    production.sign(together)
    folder = production.tiny.root / ".pgwright/approvals"
    text, [signature] = (folder / f"{together}.txt").read_text(), [one.read_text() for one in folder.glob(f"{together}*.sig")]
    production.approved("b2")
    production.apply("b2")

    def credulous(asked: Asked) -> Answered:
        return Answered((), tuple(Accepted(unit.revision, "", text, (signature,)) for unit in asked.units))

    with pytest.raises(Refused, match="this is revision 2 of the approval, and the one before it has not come to its end"):
        production.apply(gate=credulous)
    production.approved("c3")
    assert production.apply().after == ("c3",)


@pytest.mark.slow
def test_a_run_that_ends_anywhere_goes_on_under_the_one_signature(gated: At) -> None:
    """In the suite the kill matrix under a guard has both revisions under one signature."""
    production = gated("T2")
    server, name = production.server, production.database
    production.sign(production.request("b2", "c3"))
    server.create(f"{name}_image", name)
    try:
        for number in range(1, 100):
            server.drop(name)
            server.create(name, f"{name}_image")
            for receipt in (production.tiny.root / ".pgwright/receipts").glob("production.*"):
                receipt.unlink()
            try:
                production.apply(point=killed_at(number))
                break
            except Killed as at:
                where = str(at)
            assert production.apply().after == ("c3",), where
            assert production.ledger().count("close") == 2, where
        assert number > 15
    finally:
        server.drop(f"{name}_image")

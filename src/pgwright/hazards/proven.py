"""The proofs that are kept in the project, as far as they are about the text that stands there now."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pgwright.hazards.join import Seen
from pgwright.step import Lock, Observed, Rows


def seen(kept: Path, revision_ast: str, majors: Sequence[int]) -> Seen | None:
    """What the kept proof saw; None when there is none, when it cannot be read, or when it is about another text.

    It refutes only what was read for the major that it ran on, and for no other.
    """
    try:
        proof: Mapping[str, Any] = json.loads(kept.read_text("utf-8"))
        if (proof.get("identity") or {}).get("ast") != revision_ast:
            return None
        major = re.search(r"PostgreSQL (\d+)", proof["server"])
        refutes = major is not None and tuple(majors) == (int(major[1]),)
        return Seen(tuple(_observed(one) for one in proof["messages_up"]), dict(proof["seeded"]), refutes)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _observed(told: Mapping[str, Any]) -> Observed:
    return Observed(
        message=told["message"],
        locks=tuple(Lock(**one) for one in told["locks"]),
        rewrites=tuple(told["rewrites"]),
        rows=tuple(Rows(**one) for one in told["rows"]),
        transaction=told["transaction"],
        line=told["line"],
        error=told["error"],
    )

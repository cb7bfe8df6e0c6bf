"""Which database an environment is: the cluster's system identifier, recorded at the first run, compared at every other.

An address that was pasted into the wrong variable is the oldest accident there is; the identifier is made by initdb and
stays with physical copies (PostgreSQL documentation, pg_control_system).
"""

from __future__ import annotations

import json
from pathlib import Path

from pgwright.run.refusals import WrongDatabase
from pgwright.run.session import Session


def require(session: Session, root: Path) -> None:
    """Raises WrongDatabase when the environment was another database before; records it the first time."""
    file = root / ".pgwright" / "databases" / f"{session.name}.json"
    seen = {"system_identifier": session.about.identifier, "database": session.about.database}
    if not session.about.identifier:
        session.tell("database", "the role may not ask for the system identifier: not compared", level="note")
        return
    if file.is_file():
        recorded = json.loads(file.read_text("utf-8"))
        if recorded != seen:
            told = ["{system_identifier}, database {database}".format(**one) for one in (seen, recorded)]
            raise WrongDatabase(
                environment=session.name, seen=told[0], recorded=told[1], record=file.relative_to(root)
            )
        return
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_suffix(".tmp")
    draft.write_text(json.dumps(seen, indent=1) + "\n", encoding="utf-8")
    draft.replace(file)

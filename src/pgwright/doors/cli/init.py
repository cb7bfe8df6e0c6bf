"""pgwright init."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pgwright.doors.cli.call import Call, verb


def init(call: Call) -> int:
    """Write pgwright.toml and the .gitignore lines. What is there already is left as it is."""
    from pgwright.verbs import init as do

    root = Path(call.directory).resolve()
    written = [str(path.relative_to(root)) for path in do(root)]

    def shown() -> Any:
        return "\n".join(f"wrote {name}" for name in written) or "nothing to write: it is all there"

    call.show({"format": "init/1", "written": written}, shown)
    return 0


command = verb(init)

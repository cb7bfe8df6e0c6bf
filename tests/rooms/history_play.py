"""What the gate tells of each scene of a sealed history: run by path, with a gate that may lack one of its checks.

    history_play.py FOLDER [EXPECTED]    prints {scene: what was told}; with EXPECTED it ends with 1 at the first difference
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

from pgwright.errors import Refusal
from pgwright.gate.compare import Rendered
from pgwright.gate.seal import seal
from pgwright.gate.verify import verify
from pgwright.project import find

BASES = {"unknown-base": "nothing", "base-before-the-seal": "main~1"}
READS = ("a2", "b1")  # what their SQL is made of lies in app/values.py


def render(root: Path, names: Sequence[str]) -> Mapping[str, Rendered]:
    """What each revision would compile to, and with what."""

    def text(name: str, otherwise: str = "") -> str:
        file = root / name
        return file.read_text() if file.is_file() else otherwise

    kinds = re.findall(r"^KINDS = .*", text("app/values.py"), re.M)
    convention = [*re.findall(r'"uq": .*|"uq_.*|.*_key"', text("app/base.py")), text("names.txt")]
    out = {}
    for name in names:
        read = [*(kinds if name in READS else []), *([*convention, text("more.txt")] if name == "a1" else [])]
        made, names_hash = text("made.txt", "alembic-1,sqlalchemy-2"), _hash(convention)
        up = "reads-data" if name == "a4" else _hash([name, *read, text("made.txt")])
        out[name] = Rendered(up, "reads-data" if name == "a4" else _hash([name, "down"]), names_hash, made)
    return out


def _hash(parts: Sequence[str]) -> str:
    return sha256("\0".join(parts).encode()).hexdigest()


def play(name: str, root: Path) -> dict[str, Any]:
    """What is told of one scene: by verify, by verify of everything, and by seal and then verify again."""
    base = BASES.get(name)
    told = {
        "verify": _told(lambda: _verified(root, base)),
        "everything": _told(lambda: _verified(root, base, everything=True)),
        "seal-b1": _told(lambda: _sealed(root, base, {"b1"})) if name.startswith("new") else None,
        "seal": _told(lambda: _sealed(root, base, None)),
    }
    if told["everything"] == told["verify"]:
        del told["everything"]
    return {key: value for key, value in told.items() if value is not None}


def _told(act: Any) -> Any:
    try:
        return act()
    except Refusal as refused:
        return f"{refused.code} {refused.message}".replace(str(Path.cwd()), "")


def _verified(root: Path, base: str | None, *, everything: bool = False) -> dict[str, Any]:
    found = verify(find(root), lambda names: render(root, names), base=base, everything=everything)
    said = sorted(f"{one.severity} {one.rule} {one.revision}: {one.message} | {one.why}" for one in found.findings)
    plain = [re.sub(r"\([0-9a-f]{12}\)", "(COMMIT)", one).replace(str(root), "") for one in said]
    return {"frozen": found.frozen, "revisions": found.revisions, "compiled": list(found.compiled), "told": plain}


def _sealed(root: Path, base: str | None, wanted: set[str] | None) -> dict[str, Any]:
    """Seals, looks, and puts the file back."""
    file = root / "migrations/migrations.sum"
    before = file.read_bytes() if file.is_file() else None
    compiled: list[str] = []

    def noted(names: Sequence[str]) -> Mapping[str, Rendered]:
        compiled.extend(names)
        return render(root, names)

    try:
        done = seal(find(root), noted, wanted, base=base)
        after = _told(lambda: _verified(root, base))
        lines = [_short(row) for row in file.read_text().splitlines()[2:]]
        return {"entered": list(done.entered), "kept": done.kept, "dropped": list(done.dropped), "compiled": compiled,
                "lines": lines, "then": after}  # fmt: skip
    finally:
        file.unlink(missing_ok=True)
        if before is not None:
            file.write_bytes(before)


def _short(row: str) -> str:
    """A line of migrations.sum by its revision and the beginnings of the hashes of its file."""
    said = dict(word.partition("=")[::2] for word in row.split())
    return " ".join([said["revision"], said["text"][:6], said["ast"][:6]])


def main(folder: str, expected: str = "") -> int:
    """Every scene of a folder, in the order of their names."""
    wanted = json.loads(Path(expected).read_text()) if expected else None
    out = {}
    for root in sorted(Path(folder).iterdir()):
        if root.name == "base":
            continue
        out[root.name] = play(root.name, root)
        if wanted is not None and json.loads(json.dumps(out[root.name])) != wanted[root.name]:
            print(root.name)
            return 1
    print(json.dumps(out, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

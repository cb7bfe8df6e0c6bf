"""What revisions send, from the cache where nothing that it depends on has changed, else from the user's interpreter.

It depends on the revision's file, on every file of the project that was imported on the way (env.py, models, helpers),
on the settings, and on what is installed in the interpreter. A file counts as unchanged when size and mtime are, or its
sha256. `index.json` holds these stamps, `sent.json` the messages: an unchanged revision needs the first alone.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from pgwright import __version__
from pgwright.event import Event, OnEvent
from pgwright.hazards.convention import convention
from pgwright.hazards.keeping import folder, kept, put
from pgwright.interpreter import Direction, Interpreter, Recorded, Sent
from pgwright.interpreter.python import Python, find
from pgwright.project import History, Project

FORMAT = "rendered/1"
INDEX, SENT = "index.json", "sent.json"
Wanted = Sequence[tuple[str, Direction]]


@dataclass(frozen=True, slots=True)
class Rendering:
    """Where the recordings of `wanted` are, and the key of everything that they depend on."""

    project: Project
    wanted: Wanted
    key: str
    fresh: dict[str, Any] | None = None  # messages just rendered, in the form of sent.json

    def recorded(self) -> dict[tuple[str, Direction], Recorded]:
        """What each direction sends."""
        sent = self.fresh or kept(folder(self.project), SENT)
        return {(name, way): _recorded(name, way, sent[name][way]) for name, way in self.wanted}


def rendered(
    project: Project, history: History, wanted: Wanted, python: str | None = None, on_event: OnEvent | None = None
) -> Rendering:
    """Render what is not in the cache; afterwards everything wanted is at hand."""
    where = folder(project)
    outer = _outer(project, find(project, python))
    index = kept(where, INDEX)
    if index.get("format") != FORMAT or index.get("outer") != outer or not _unchanged(index["imported"]):
        index = {"format": FORMAT, "outer": outer, "imported": {}, "revisions": {}}
    files = {name: _sha(history.by_id[name].file) for name in dict(wanted)}
    known = index["revisions"]
    missing = [(name, way) for name, way in wanted if known.get(name, {}).get(way) != files[name]]
    fresh = None
    if missing:
        if on_event is not None:
            on_event(Event("read", f"rendering {len({name for name, _ in missing})} revisions"))
        paths = {one.revision: one.file for one in history.revisions}
        with Interpreter(project, python) as child:
            found = child.record(missing, paths, convention(project))
        index["imported"].update(_stamps({*found.imported, *_env(project)} - {str(path) for path in paths.values()}))
        fresh = _merged(kept(where, SENT) if known else {}, found.recorded)
        for name, way in missing:
            known.setdefault(name, {})[way] = files[name]
        put(where, SENT, fresh)
        put(where, INDEX, index)
    stamps = {path: stamp["sha"] for path, stamp in index["imported"].items()}
    return Rendering(project, wanted, _key(outer, json.dumps(stamps, sort_keys=True), json.dumps(files)), fresh)


def _merged(sent: dict[str, Any], recorded: Iterable[Recorded]) -> dict[str, Any]:
    for one in recorded:
        facts = {f.name: getattr(one, f.name) for f in dataclasses.fields(one)}
        del facts["revision"], facts["direction"]
        facts["sent"] = [(message.sql, message.file, message.line, message.operation) for message in one.sent]
        sent.setdefault(one.revision, {})[one.direction] = facts
    return sent


def _recorded(name: str, direction: Direction, facts: dict[str, Any]) -> Recorded:
    return Recorded(name, direction, **{**facts, "sent": tuple(Sent(*sent) for sent in facts["sent"])})


def _env(project: Project) -> list[str]:
    return [str(path) for path in (project.tree.directory / "env.py",) if path.is_file()]


def _unchanged(stamps: dict[str, Any]) -> bool:
    for path, stamp in stamps.items():
        try:
            found = Path(path).stat()
        except OSError:
            return False
        if (found.st_mtime_ns, found.st_size) != (stamp["mtime"], stamp["size"]) and _sha(Path(path)) != stamp["sha"]:
            return False
    return True


def _stamps(paths: Iterable[str]) -> dict[str, Any]:
    out = {}
    for path in sorted(paths):
        try:
            found = Path(path).stat()
        except OSError:
            continue
        out[path] = {"mtime": found.st_mtime_ns, "size": found.st_size, "sha": _sha(Path(path))}
    return out


def _outer(project: Project, python: Python) -> str:
    """Everything outside the project's Python files: settings, ini file, interpreter, what is installed there."""
    tree, settings = project.tree, project.settings
    texts = [path.read_bytes().hex() for path in (tree.ini, tree.toml) if path and path.is_file()]
    facts = [FORMAT, __version__, tree.section, tree.options, settings.x, dict(settings.env), python.command, texts]
    return _key(json.dumps([*facts, _installed(python), _own()], default=str, sort_keys=True))


def _installed(python: Python) -> list[Any]:
    """The times at which something was last installed or removed: the mtimes of the site-packages folders."""
    if python.is_prefix:
        return []
    base = Path(python.command[0]).absolute().parent.parent
    return [[str(one), one.stat().st_mtime_ns] for one in sorted(base.glob("lib*/python3*/site-packages"))]


def _own() -> list[Any]:
    """The recorder itself: an other one records otherwise."""
    folder = Path(__file__).parent.parent / "_envrun"
    return [[one.name, one.stat().st_mtime_ns] for one in sorted(folder.glob("*.py"))]


def _sha(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()


def _key(*parts: str) -> str:
    return sha256("\0".join(parts).encode()).hexdigest()

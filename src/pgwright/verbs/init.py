"""init: the settings file, all comments but for one empty table, and the .gitignore lines."""

from __future__ import annotations

from pathlib import Path

from pgwright.event import Event, OnEvent, silent

IGNORED_LINES = (".pgwright/cache/",)
SETTINGS = """# pgwright: `pgwright doctor` shows what is used. No secret belongs here.
# python = ".venv/bin/python"     # the interpreter that runs env.py; found by itself where it is missing
# major = 18                      # PostgreSQL major of production

[env]                             # environment variables that env.py wants; fake values do

# [environments.production]
# kind = "production"
# url_env = "DATABASE_URL"        # the variable that holds the address, never the address itself
"""


def init(root: Path, on_event: OnEvent = silent) -> tuple[Path, ...]:
    """Write pgwright.toml and the .gitignore lines; what is there already is left as it is. Returns what was written."""
    written = []
    settings = root / "pgwright.toml"
    if not settings.exists():
        settings.write_text(SETTINGS, encoding="utf-8")
        written.append(settings)
    ignore = root / ".gitignore"
    text = ignore.read_text(encoding="utf-8") if ignore.exists() else ""
    missing = [line for line in IGNORED_LINES if line not in text.splitlines()]
    if missing:
        ignore.write_text(text + ("" if not text or text.endswith("\n") else "\n") + "\n".join(missing) + "\n", "utf-8")
        written.append(ignore)
    for path in written:
        on_event(Event("init", f"wrote {path.name}", level="good"))
    return tuple(written)

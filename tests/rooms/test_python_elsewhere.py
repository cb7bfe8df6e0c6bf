"""An interpreter behind a command prefix that sees another /dev/shm and another network, as one in a container does."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from tiny_project import TABLE, Tiny

from pgwright import project, verbs
from pgwright.errors import Refusal

ELSEWHERE = ["unshare", "-m", "-n", "sh", "-c", 'mount -t tmpfs none /dev/shm && exec "$@"', "sh"]


@pytest.fixture
def prefix(tmp_path: Path) -> str:
    """The command; skipped where namespaces are not allowed."""
    if subprocess.run([*ELSEWHERE, "true"], capture_output=True, check=False).returncode:
        pytest.skip("mount namespaces are not allowed here")
    script = tmp_path / "elsewhere"
    script.write_text(f"#!/bin/sh\nexec {' '.join(ELSEWHERE[:5])} '{ELSEWHERE[5]}' sh \"$@\"\n")
    script.chmod(0o755)
    return f"{script} {sys.executable}"


def test_it_proves_when_the_runtime_folder_is_shared_and_says_so_when_not(
    tiny: Tiny, prefix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PGWRIGHT_RUNTIME names a folder that both see: a socket does not care for network namespaces."""
    tiny.add("a1", *TABLE)
    found, wish = project.find(tiny.root), verbs.Wish(python=prefix)
    monkeypatch.setenv("PGWRIGHT_RUNTIME", "/dev/shm")
    with pytest.raises(Refusal, match=r"socket .*No such file"):
        verbs.prove(found, wish=wish)
    with tempfile.TemporaryDirectory(prefix="shared") as shared:
        Path(shared).chmod(0o755)  # root hands the server to a user who must pass through
        monkeypatch.setenv("PGWRIGHT_RUNTIME", shared)
        (proof,) = verbs.prove(found, wish=wish)
    assert proof.verdict == "proven", proof.reasons

"""Revision ids in the project's own way, checked against the column that has to hold them."""

from __future__ import annotations

import re
import uuid
from datetime import date

from pgwright.design.draft import Style
from pgwright.design.refusals import RevisionIdTooLong

LONGEST = 64
_DATED = re.compile(r"^\d{8}_[a-z0-9_]+$")
_LATEST = 5


def is_dated(style: Style) -> bool:
    """True when most of the project's latest ids look like 20260314_slug."""
    latest = style.revision_ids[-_LATEST:]
    return bool(latest) and sum(bool(_DATED.match(r)) for r in latest) * 2 > len(latest)


def checked(revision: str, style: Style) -> str:
    """The id itself, when alembic_version.version_num and the house limit can hold it."""
    limit = min(style.version_width, LONGEST)
    if len(revision) > limit:
        why = f"version_num is varchar({style.version_width})" if limit < LONGEST else "the limit for ids"
        raise RevisionIdTooLong(revision=revision, length=len(revision), limit=limit, why=why)
    return revision


def revision_id(subject: str, style: Style, *, today: date, taken: frozenset[str] = frozenset()) -> str:
    """A new id: Alembic's twelve hex digits, or YYYYMMDD_slug cut at a word to what fits."""
    if not is_dated(style):
        return checked(uuid.uuid4().hex[-12:], style)
    slug = "_".join(re.findall(r"[a-z0-9]+", subject.lower())) or "change"
    head, limit, number = f"{today:%Y%m%d}_", min(style.version_width, LONGEST), 1
    while True:
        tail = f"_{number}" if number > 1 else ""
        room = limit - len(head) - len(tail)
        revision = head + _cut(slug, room) + tail
        if revision not in taken | set(style.revision_ids):
            return checked(revision, style)
        number += 1


def _cut(slug: str, room: int) -> str:
    if len(slug) <= room:
        return slug
    at = slug.rfind("_", 0, room + 1)
    return slug[: at if at > 0 else max(room, 1)]

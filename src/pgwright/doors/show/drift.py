"""Drift, for people: each difference with its likely story."""

from __future__ import annotations

from collections.abc import Iterator

from rich.text import Text

from pgwright.verbs.drift import Drifted


def drifted(found: Drifted) -> Text:
    """The stories, then what would reconcile them."""
    return Text("\n").join(_lines(found))


def _lines(found: Drifted) -> Iterator[Text]:
    stands = ", ".join(found.recorded) or "base"
    yield Text(f"{found.environment} stands at {stands}" + (f"; {len(found.ahead)} ahead" if found.ahead else ""))
    if found.is_clean:
        yield Text("The database, its revisions and the models agree.", style="green")
        return
    for one in found.stamps:
        yield Text(f"{one.state}: {one.message}", style="red")
        yield Text(f"    {one.instead}")
    for story in found.stories:
        yield Text(f"{story.story}: {story.message}", style="red")
        yield Text(f"    {story.likely}", style="dim")
    for task in found.tasks:
        yield Text(f"To {task.title} (a task for pgwright plan; nothing was planned):", style="bold")
        for request in task.requests:
            named = ".".join(str(request[key]) for key in ("table", "name") if request.get(key))
            yield Text(f"    {request['kind']} {named}")

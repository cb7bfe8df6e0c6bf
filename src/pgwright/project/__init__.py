"""Finds the project: its Alembic trees, its interpreter's settings, its environments, its history on disk."""

from pgwright.project.found import Project, find
from pgwright.project.history import History, Problem, Written, read_history
from pgwright.project.selection import Selected, new_against_main, select
from pgwright.project.settings import Environment, Settings
from pgwright.project.trees import Tree

__all__ = [
    "Environment",
    "History",
    "Problem",
    "Project",
    "Selected",
    "Settings",
    "Tree",
    "Written",
    "find",
    "new_against_main",
    "read_history",
    "select",
]

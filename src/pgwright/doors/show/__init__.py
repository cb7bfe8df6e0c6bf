"""Renderers for people: records become rich renderables. Nothing here decides anything, and only here is humanised."""

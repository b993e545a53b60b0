"""The drills: each provokes something on purpose, measures what happens, and gives a verdict."""

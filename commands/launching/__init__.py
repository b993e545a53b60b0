"""Launching, a module a target."""

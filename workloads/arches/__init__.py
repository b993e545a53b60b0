"""A demonstration: tasks pinned to nodes by a custom resource, and the arch that each ran on."""

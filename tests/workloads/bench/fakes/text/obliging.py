"""Nothing that an engine could do with text."""

"""What runs on a node; the only part of `cluster` that is in the image."""

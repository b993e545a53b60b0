"""What `./invoke tune` does, and what other commands do with what it has found."""

"""What a cluster config would do, without doing it: what is wrong with it, and what it costs."""

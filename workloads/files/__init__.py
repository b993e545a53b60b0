"""Files in, files out: a job is a list of tasks, each of which writes one whole file."""

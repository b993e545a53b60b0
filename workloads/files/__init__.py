"""Files in, files out: a job is a list of tasks, each of which writes one file whole or not at all."""

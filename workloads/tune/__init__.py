"""What suits a job best here: found by measuring it, a few ways to cut it up by turns."""

"""Features of audio, by a module for each engine."""

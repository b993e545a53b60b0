"""Data jobs, and what runs and measures them."""

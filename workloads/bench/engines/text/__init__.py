"""Text made and cleaned, by a module for each engine."""

# The documents' regular expression, given to every engine as it is.
PATTERN = r"[^가-힣a-zA-Z0-9\s]"

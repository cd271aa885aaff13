"""What stands where something of a customer was erased."""

ERASED_NAME = "Erased customer"
ERASED_TITLE = "Erased request"
ERASED_TEXT = "(erased)"
"""In place of a comment."""

ERASED_REASON = "The customer was erased."
"""In place of why a mail failed, or was placed so."""

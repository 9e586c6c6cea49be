"""The forms that a line of JSON with a problem or a question may have, one module a form."""

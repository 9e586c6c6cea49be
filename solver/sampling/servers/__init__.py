"""What servers tell of themselves."""

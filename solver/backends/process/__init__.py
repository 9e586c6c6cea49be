"""An engine as a child process: started behind its guard, watched, always stopped."""

"""What every package stands on: errors, the edge of the commands, files, configuration, the look of terminals."""

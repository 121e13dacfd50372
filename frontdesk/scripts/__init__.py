"""The commands of the command line, over the same repositories as the screens."""

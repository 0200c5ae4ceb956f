"""The stages of training, each a command of its own that goes on where it stopped."""

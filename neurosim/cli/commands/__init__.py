"""The commands, by purpose: run, look, check, share."""

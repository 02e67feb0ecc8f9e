"""Commands that show a network or a training: draw, plot, diff, debug, trace; and help."""

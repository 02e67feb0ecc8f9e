"""What a training aims at: heads of outputs, weights of rows and classes, missing targets."""

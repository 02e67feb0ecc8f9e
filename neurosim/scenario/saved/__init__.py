"""The folder of a run as a transaction: who holds it, what lies in it, how files come into it."""

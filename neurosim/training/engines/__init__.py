"""The engine contract, its engines, and the table of them."""

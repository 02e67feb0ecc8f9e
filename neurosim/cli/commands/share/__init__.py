"""Commands that make files for others: compile, animate, convert, gallery."""

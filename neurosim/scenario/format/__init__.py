"""The format of scenario files: from text to checked entries, with line and column."""

"""Commands that check: agree, bench, schema, list."""

"""Pictures: what is computed is data, what draws it comes after.

Read `themes`, `pages`, `values`, then what needs them: `history`, `curves`, `flows`, `confusion`,
`planes`, `maps`, `matrices`.
"""

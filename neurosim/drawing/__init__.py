"""Pictures of networks: where everything stands is data; what draws it comes after.

Read `measures`, `levels`, `folding`, `strata`, `heights`, `crossings`, `graphviz`, `layout`,
`bends`, `routing`, `labels`.
"""

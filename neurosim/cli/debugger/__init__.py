"""The command language of the debugger: commands like those of gdb, over a `Session`.

Read `reply` (the output of a command), `arguments` (the text after its name), `state` (the session
and its displays), `command`; then the commands by their groups, `moving`, `stopping`, `asking`,
`what_if`; `table` finds one by its name, `shell` runs a line. Up to here nothing is printed.
`screen` prints; `script` reads lines from files and pipes, `prompt` from a terminal, where
`completion` completes names on Tab.
"""

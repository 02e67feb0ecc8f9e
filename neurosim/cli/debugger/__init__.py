"""The terminal face of the debugger: commands as gdb has them, over a `Session`.

Read `reply` (what a command says), `arguments` (what is typed after its name), `desk` (the session
and what lies beside it), `command`; then the commands by their groups, `moving`, `stopping`,
`looking`, `what_if`; `table` finds one by its name, `shell` runs a line. Up to here nothing is
printed. `screen` prints; `script` reads lines from files and pipes, `prompt` from a terminal,
where `completion` answers to Tab.
"""

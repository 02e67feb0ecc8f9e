"""The commands: the only floor that prints, and that picks exit codes.

Results go to standard output, progress and messages to standard error. Read
`main`, then a file for each command.
"""

"""Traces: files of steps, their comparison, worksheets, and bisection."""

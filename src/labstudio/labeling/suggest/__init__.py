"""Suggestions: vectors of items, models that learn between two keystrokes, and what to ask for next.

Everything here is arrays and plain values in, arrays and plain values out; it knows no store, no project and
no server. Libraries are imported when they are first needed.
"""

"""One file per step, named by its number. A released step is never edited: a later one changes what it made."""

"""Files that the pages load: a style sheet and an icon."""

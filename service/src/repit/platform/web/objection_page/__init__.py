"""The page of a platform on which whoever was refused reads why, and objects."""

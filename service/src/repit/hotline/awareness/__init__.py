"""What a hotline says of itself and of others who help: name, hours, contact, legal notice, helplines.

In: what ships with the code (`defaults`), what a supervisor or an operator changed (`editing`, `files`). Out:
`published`, the same for every page, without a question to the database. Next: the pages, the desk.
"""

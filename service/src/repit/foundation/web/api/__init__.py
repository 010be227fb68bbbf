"""What machines are answered: said once beside each view, read by the view, described from there.

`operations`: a view with what it takes and answers. `reading`: query, headers and bodies by their types.
`answers`, `security`: what comes back, and who may ask. `addresses`: where the views are. `document`: all of
it as OpenAPI 3.1.
"""

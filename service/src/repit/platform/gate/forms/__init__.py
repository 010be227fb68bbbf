"""Forms that carry uploads, read so that nothing in them is seen by others and not by us.

PHP, Django, Werkzeug, busboy and their like read the same body differently once it is not written as browsers
write it. No parser can say whether another one agrees with it. So `kind` and `reader` know one way of writing
alone, which all of them read alike; whatever else stands in a form makes it odd, and an odd form is undecided
whatever was found in it. `hidden` looks for pictures where parsers would disagree, so that a known one is
refused even then. `files` says what of a form is judged.

In: heads and bodies, from the HTTP and ICAP channels. Out: files to judge, and why that may not be all.
"""

"""Alterations that people make to pictures: each takes a picture and gives the altered one.

In: an RGB picture, a random generator, pictures to fill collages with. Out: an RGB picture. Next: `suite`,
which names them, groups them and re-encodes what they give. Only Pillow and NumPy, so that tests can use
them too.
"""

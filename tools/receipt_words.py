"""Write the script with the receipt's words anew, from the lists of `hotline/cases`.

In: `words_*.txt`, `words_retired_*.txt`. Out: `case_pages/receipt-words.js`. Next: the pages where a code is
entered; a test holds the file equal to the lists.
"""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "repit.hotline.settings")
django.setup()

from repit.hotline.web.case_pages import entry  # noqa: E402 - settings come first

if __name__ == "__main__":
    (entry.FOLDER / entry.LISTS).write_text(entry.lists(), encoding="utf-8")

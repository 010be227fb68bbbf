"""Capture, WARC, timestamps, custody: evidence that stands."""

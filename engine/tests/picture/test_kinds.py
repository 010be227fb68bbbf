"""What a file is to somebody who shows files: a drawing stays one behind whatever may stand before it."""

import gzip
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from repit_engine.picture.kinds import Kind, kind_of

DRAWING = b"<svg xmlns='http://www.w3.org/2000/svg'><rect width='9' height='9'/></svg>"
PREFIXED = b"<a:svg xmlns:a='http://www.w3.org/2000/svg'/>"

before = st.lists(
    st.one_of(
        st.text(" \t\r\n", min_size=1, max_size=20).map(str.encode),
        st.just(b"<?xml version='1.0'?>"),
        st.just(b"<?xml-stylesheet href='a>b.css'?>"),
        st.just(b"<!-- <html> -- > - -->"),
        st.just(b"<!DOCTYPE svg PUBLIC '-//W3C//DTD SVG 1.1//EN' 'a.dtd'>"),
        st.just(b"<!DOCTYPE svg [<!ENTITY a '<html>'>]>"),
    ),
    max_size=8,
).map(b"".join)


def as_is(text: bytes) -> bytes:
    return text


def marked(text: bytes) -> bytes:
    return b"\xef\xbb\xbf" + text


def wide(text: bytes) -> bytes:
    return text.decode().encode("utf-16")


def wide_and_bare(text: bytes) -> bytes:
    return text.decode().encode("utf-16-be")


@given(
    before,
    st.sampled_from([DRAWING, PREFIXED]),
    st.sampled_from([as_is, marked, wide, wide_and_bare, gzip.compress]),
)
def test_a_drawing_is_one_behind_whatever_may_stand_before_it(prologue, drawing, written) -> None:
    assert kind_of(written(prologue + drawing)) is Kind.PICTURE


@given(
    before.filter(lambda text: b"[" not in text),
    st.sampled_from([b"<html><body>svg", b"<p:note/>", b"<rss>"]),
)
def test_other_markup_is_a_page(prologue, page) -> None:
    assert kind_of(prologue + page) is Kind.PAGE


@given(
    st.integers(65_536, 400_000),
    st.sampled_from([b" ", b"<!--", b"<?x?>", b"<!a>", b"<!-- -->", b"<", b"<!a["]),
)
def test_markup_whose_element_is_out_of_reach_may_be_a_drawing(size, filling) -> None:
    far = filling * (size // len(filling)) + DRAWING
    assert kind_of(far) is Kind.PICTURE


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"\0\0\0\x18ftypisom\0\0\0\0isommp42\0\0\0\x08moov", Kind.FILM),
        (b"\0\0\0\x18ftypisom\0\0\0\0isommp42\0\0\0\x0cmeta\0\0\0\0", Kind.PICTURE),
        (b"\0\0\0\x18ftypisom\0\0\0\0isommif1\0\0\0\x08moov", Kind.PICTURE),
        (b"\0\0\0\x18ftypisom\0\0\0\0isommp42", Kind.PICTURE),
        (b"\x1aE\xdf\xa3\x9fB\x86\x81\x01", Kind.FILM),
        (b"RIFF\x10\0\0\0AVI LIST", Kind.FILM),
        (b"OggS\0\2", Kind.FILM),
        (b"ID3\4\0", Kind.FILM),
        (b"%PDF-1.7\n", Kind.CONTAINER),
        (b"what comes before\n%PDF-1.7\n", Kind.CONTAINER),
        (b"{\\rtf1 hello}", Kind.CONTAINER),
        (b"PK\3\4", Kind.CONTAINER),
        (b"Rar!\x1a\7\1\0", Kind.CONTAINER),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", Kind.CONTAINER),
        (b"a.jpg" + bytes(252) + b"ustar", Kind.CONTAINER),
        (b"Dear Sir, 2 < 3.", Kind.OTHER),
        (b"", Kind.OTHER),
        (b"\xff\x0a\xfa\x1f\x41\x91", Kind.PICTURE),
        (b"8BPS\0\1", Kind.PICTURE),
        (b"\xff\xd8\xff\xe0", Kind.PICTURE),
    ],
)
def test_a_file_is_told_by_how_it_begins(head: bytes, kind: Kind) -> None:
    assert kind_of(head) is kind


def test_a_packed_letter_is_no_drawing() -> None:
    assert kind_of(gzip.compress(b"Dear Sir")) is Kind.CONTAINER
    assert kind_of(zlib.compress(DRAWING)) is Kind.OTHER  # no browser unpacks that by itself

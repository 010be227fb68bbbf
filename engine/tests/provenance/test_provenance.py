"""What a file says of its making: real manifests by the C2PA library, real metadata, hostile bytes."""

import datetime as dt
import io
import json
import random
import time
import zlib

import c2pa
import numpy as np
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from PIL import Image, PngImagePlugin

from repit_engine.provenance import CODES, Fact, facts
from repit_engine.provenance.names import SOURCES

IPTC = "http://cv.iptc.org/newscodes/digitalsourcetype/"
XMP = (
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    '<rdf:Description xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"{attribute}>{element}'
    "</rdf:Description></rdf:RDF></x:xmpmeta>"
)


def picture() -> Image.Image:
    rows, columns = np.mgrid[0:90, 0:120]
    wave = (127 + 90 * np.sin(rows / 9) * np.cos(columns / 7)).astype(np.uint8)
    return Image.fromarray(
        np.stack([wave, wave.T[:90, :120] if wave.T.shape == wave.shape else wave, wave], -1)
    )


def saved(form: str, **options: object) -> bytes:
    out = io.BytesIO()
    picture().save(out, form, **options)
    return out.getvalue()


def certificate(
    name: str, key: ec.EllipticCurvePrivateKey, issuer: str, by: ec.EllipticCurvePrivateKey
) -> bytes:
    def named(text: str) -> x509.Name:
        return x509.Name(
            [
                x509.NameAttribute(NameOID.COMMON_NAME, text),
                x509.NameAttribute(NameOID.ORGANIZATION_NAME, "test"),
            ]
        )

    root = key is by
    usage = x509.KeyUsage(not root, False, False, False, False, root, root, False, False)
    builder = (
        x509.CertificateBuilder()
        .subject_name(named(name))
        .issuer_name(named(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(dt.datetime(2025, 1, 1, tzinfo=dt.UTC))
        .not_valid_after(dt.datetime(2045, 1, 1, tzinfo=dt.UTC))
        .add_extension(x509.BasicConstraints(root, None), True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(by.public_key()), False)
        .add_extension(usage, True)
    )
    if not root:
        builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), False)
    return builder.sign(by, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


@pytest.fixture(scope="module")
def signer() -> c2pa.Signer:
    root, leaf = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    chain = certificate("leaf", leaf, "root", root) + certificate("root", root, "root", root)
    key = leaf.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return c2pa.Signer.from_info(
        c2pa.C2paSignerInfo(alg=b"es256", sign_cert=chain, private_key=key, ta_url=None)
    )


def with_manifest(signer: c2pa.Signer, form: str, source: str) -> bytes:
    action = {"action": "c2pa.created", "digitalSourceType": IPTC + source}
    manifest = {
        "claim_generator_info": [{"name": "test", "version": "1"}],
        "assertions": [{"label": "c2pa.actions", "data": {"actions": [action]}}],
    }
    done = io.BytesIO()
    with c2pa.Builder(json.dumps(manifest)) as builder:
        builder.sign(signer, f"image/{form.lower()}", io.BytesIO(saved(form)), done)
    content = done.getvalue()
    read = json.loads(c2pa.Reader(f"image/{form.lower()}", io.BytesIO(content)).json())
    assert read["validation_state"] in ("Valid", "Trusted")
    return content


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_a_manifest_that_states_a_machine_s_work_is_read_as_the_library_wrote_it(
    signer: c2pa.Signer, form: str
) -> None:
    made = Fact("c2pa-ai", "trainedAlgorithmicMedia")
    assert facts(with_manifest(signer, form, "trainedAlgorithmicMedia")) == (made, Fact("c2pa", "manifest"))
    assert facts(with_manifest(signer, form, "digitalCapture")) == (Fact("c2pa", "manifest"),)


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("as_element", [True, False])
def test_a_digital_source_type_in_xmp_is_read(form: str, as_element: bool) -> None:
    address = IPTC + "compositeWithTrainedAlgorithmicMedia"
    if as_element:
        packet = XMP.format(
            attribute="",
            element=f"<Iptc4xmpExt:DigitalSourceType>{address}</Iptc4xmpExt:DigitalSourceType>",
        )
    else:
        packet = XMP.format(attribute=f' Iptc4xmpExt:DigitalSourceType="{address}"', element="")
    if form == "PNG":
        info = PngImagePlugin.PngInfo()
        info.add_itxt("XML:com.adobe.xmp", packet, zip=as_element)
        content = saved(form, pnginfo=info)
    else:
        content = saved(form, xmp=packet.encode())
    assert facts(content) == (Fact("iptc-ai", "compositeWithTrainedAlgorithmicMedia"),)


def test_a_photograph_s_source_type_is_a_fact_of_another_kind() -> None:
    packet = XMP.format(attribute=f' Iptc4xmpExt:DigitalSourceType="{IPTC}digitalCapture"', element="")
    assert facts(saved("JPEG", xmp=packet.encode())) == (Fact("iptc-source", "digitalCapture"),)


@pytest.mark.parametrize(
    ("key", "text", "word"),
    [
        ("parameters", "a portrait\nSteps: 20, Sampler: Euler a, CFG scale: 7, Seed: 1", "stable-diffusion"),
        ("prompt", '{"3": {"inputs": {}, "class_type": "KSampler"}}', "comfyui"),
        ("invokeai_metadata", "{}", "invokeai"),
        ("Software", "NovelAI", "novelai"),
    ],
)
def test_generators_give_themselves_away_in_png_texts_and_the_text_itself_goes_nowhere(
    key: str, text: str, word: str
) -> None:
    for packed in (False, True):
        info = PngImagePlugin.PngInfo()
        info.add_text(key, text, zip=packed)
        found = facts(saved("PNG", pnginfo=info))
        assert found == (Fact("generator", word),)
        assert "portrait" not in repr(found)


def test_exif_software_is_read_in_both_byte_orders() -> None:
    for form in ("JPEG", "PNG", "WEBP"):
        exif = Image.Exif()
        exif[0x0131] = "Adobe Firefly 3"
        assert facts(saved(form, exif=exif)) == (Fact("generator", "firefly"),)
    text = b"Midjourney 6\0"
    head = b"MM\0*" + (8).to_bytes(4, "big") + (1).to_bytes(2, "big")
    field = b"\x01\x31\x00\x02" + len(text).to_bytes(4, "big") + (22 + 4).to_bytes(4, "big")
    block = b"Exif\0\0" + head + field + bytes(4) + text
    content = saved("JPEG")
    segment = b"\xff\xe1" + (len(block) + 2).to_bytes(2, "big") + block
    assert facts(content[:2] + segment + content[2:]) == (Fact("generator", "midjourney"),)


def test_a_caption_that_mentions_a_generator_proves_nothing() -> None:
    info = PngImagePlugin.PngInfo()
    info.add_text("Description", "Not made with Midjourney or Stable Diffusion")
    assert facts(saved("PNG", pnginfo=info)) == ()
    assert facts(saved("JPEG", comment=b"midjourney")) == ()


def test_plain_files_and_other_formats_say_nothing() -> None:
    for form in ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF"):
        assert facts(saved(form)) == ()
    assert facts(b"") == ()
    assert facts(b"text") == ()


def test_hostile_files_neither_fail_nor_hold_the_gate_up(signer: c2pa.Signer) -> None:
    draw = random.Random(1)
    good = [with_manifest(signer, form, "trainedAlgorithmicMedia") for form in ("JPEG", "PNG", "WEBP")]
    info = PngImagePlugin.PngInfo()
    info.add_text("parameters", "Steps: 1, Seed: 2", zip=True)
    good.append(saved("PNG", pnginfo=info))
    begun = time.process_time()
    for _ in range(3000):
        content = bytearray(draw.choice(good)[:20_000])
        for _ in range(draw.randrange(1, 12)):
            content[draw.randrange(len(content))] = draw.randrange(256)
        for fact in facts(bytes(content[: draw.randrange(len(content))])):
            assert fact.code in CODES
    each = (time.process_time() - begun) / 3000
    bomb = zlib.compress(bytes(200_000_000), 9)
    chunk = b"parameters\0\0" + bomb
    png = b"\x89PNG\r\n\x1a\n" + len(chunk).to_bytes(4, "big") + b"zTXt" + chunk + bytes(4)
    many = b"\x89PNG\r\n\x1a\n" + b"\0\0\0\0tEXt\0\0\0\0" * 500_000
    nested = b"".join((1 << 20).to_bytes(4, "big") + b"jumb" for _ in range(5000))
    deep = b"\x89PNG\r\n\x1a\n" + len(nested).to_bytes(4, "big") + b"caBX" + nested + bytes(4)
    slow = b"RIFF\0\0\0\0WEBPXMP \0\0\xff\0" + b"DigitalSourceType" * 900_000
    for worst in (png, many, deep, slow):
        begun = time.process_time()
        facts(worst)
        # A ratio against ordinary files, not a time: the machine may be busy.
        assert time.process_time() - begun < max(1.0, 2000 * each)


def test_words_come_from_fixed_lists_only() -> None:
    packet = XMP.format(attribute=f' Iptc4xmpExt:DigitalSourceType="{IPTC}JohnSmithLivesHere"', element="")
    assert facts(saved("JPEG", xmp=packet.encode())) == ()
    assert all(word.isalpha() for word in SOURCES)

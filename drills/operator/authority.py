"""A certificate authority that lives for one drill, and a certificate for the names of its machines.

In: names. Out: PEM. Next: `walk`: any ACME client would do this on the open internet.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from cryptography.x509.oid import NameOID


@dataclass(frozen=True)
class Issued:
    """`authority`: what machines trust; `public`: the certificate's own key, as browsers pin it."""

    authority: str
    certificate: str
    key: str
    public: bytes


def issue(*names: str) -> Issued:
    """A certificate for these names, good for a day."""
    ours, theirs = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    us = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Authority of a drill")])
    them = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0])])
    root = (
        _begun(us, us, ours.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(ours, SHA256())
    )
    leaf = (
        _begun(them, us, theirs.public_key())
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name) for name in names]), critical=False)
        .sign(ours, SHA256())
    )
    return Issued(
        root.public_bytes(Encoding.PEM).decode(),
        leaf.public_bytes(Encoding.PEM).decode(),
        theirs.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode(),
        theirs.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
    )


def _begun(subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
    moment = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(moment - timedelta(minutes=5))
        .not_valid_after(moment + timedelta(days=1))
    )

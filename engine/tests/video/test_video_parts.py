"""What docs/en/deploy.md says of PyAV's wheel is what the wheel says, and holds."""

from importlib.metadata import files, version
from pathlib import Path

from av import _core

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "en" / "deploy.md").read_text("utf-8")


def test_the_page_names_the_licences_and_the_parts_that_the_wheel_has() -> None:
    assert _core.library_meta["libavcodec"]["license"] in PAGE
    held = {path.name.split("-")[0] for path in files("av") or () if path.parts[0] == "av.libs"}
    assert {"libx264", "libx265", "libgnutls"} <= held
    assert all(name in PAGE for name in ("x264", "x265", "GnuTLS"))
    assert f"PyAV {version('av').rsplit('.', 1)[0]} " in PAGE

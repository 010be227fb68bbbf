"""The public names of the engine: adding one is a decision, and so is losing one."""

import subprocess
import sys

import repit_engine

PUBLIC = {
    "DEFAULT_LIMITS",
    "DEFAULT_VIDEO_LIMITS",
    "Asked",
    "EngineError",
    "Frame",
    "Hash",
    "Hashed",
    "HashingChild",
    "Limits",
    "LiveIndex",
    "Moments",
    "NotHashable",
    "Of",
    "Orientation",
    "Picture",
    "PictureRefused",
    "RangeResult",
    "RingIndex",
    "SnapshotRefused",
    "Video",
    "VideoBudget",
    "VideoLimits",
    "VideoRefused",
    "VideoStage",
    "View",
    "Views",
    "WrongInput",
    "asked_about",
    "asked_of",
    "bank_family",
    "decide",
    "hash_file",
    "hash_of",
    "hash_picture",
    "moments_of",
    "open_picture",
    "open_video",
    "open_views",
    "orientations_of",
    "package_stoplist",
    "packed_id",
    "query_stages",
}


def test_the_public_names_are_frozen() -> None:
    assert set(repit_engine.__all__) == PUBLIC == set(dir(repit_engine))


def test_every_public_name_is_there_and_no_other() -> None:
    assert all(getattr(repit_engine, name) is not None for name in PUBLIC)
    assert not hasattr(repit_engine, "something_else")


def test_the_base_loads_without_decoders_and_kernels() -> None:
    program = "import sys, repit_engine.types; sys.exit(any(m in sys.modules for m in ('numba', 'PIL')))"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0

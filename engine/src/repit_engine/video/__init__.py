"""Video: a stranger's file to the luma of its frames, at their times; only what is needed is decoded.

In: bytes, a path, an open file. Out: `Video`, its times and its `Frame`s. Next: `repit_engine.moments` hashes
them.

A file's words are never followed: it can have nothing opened but itself (`container`). Luma is taken as it is
stored (`luma`), so that a browser that decodes the same file has the same bits. Times come from packets alone
(`table`), so that frames can be chosen before any is decoded, and few are (`plan`).
"""

from repit_engine.video.display import turned
from repit_engine.video.frame import Frame
from repit_engine.video.limits import DEFAULT_VIDEO_LIMITS, VideoLimits
from repit_engine.video.opening import Video, open_video
from repit_engine.video.warming import warm_up

__all__ = ["DEFAULT_VIDEO_LIMITS", "Frame", "Video", "VideoLimits", "open_video", "turned", "warm_up"]

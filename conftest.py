"""For every test: Hypothesis measures no time, since a busy machine is no fault of what is tested."""

from hypothesis import settings

settings.register_profile("repit", deadline=None)
settings.load_profile("repit")

"""Property tests measure nothing: on a busy machine a case may take as long as it takes."""

from hypothesis import settings

settings.register_profile("busy machine", deadline=None)
settings.load_profile("busy machine")

"""Videos of episodes, for people: what was asked, the code of each turn, and what it did.

``captions``  lays a picture of the world and the words around it out as one image
``video``     writes images into an MP4 file
``recorder``  follows an episode, fetches its frames, and writes video and pictures

Any environment whose adapter offers ``film`` (:class:`~embodied_codeact.contracts.Filmed`) can be recorded. Encoding
needs imageio-ffmpeg, Pillow and simplejpeg, which are imported only when something is recorded.
"""

from embodied_codeact.recording.recorder import EpisodeRecorder, check_recordable

__all__ = ["EpisodeRecorder", "check_recordable"]

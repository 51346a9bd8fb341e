"""Recordings of episodes: videos for people, and MCAP files for the tools that roboticists have.

``captions``       lays a picture of the world and the words around it out as one image
``video``          writes images into an MP4 file
``recorder``       follows an episode, fetches its frames, and writes video and pictures
``messages``       what an MCAP recording holds, with its JSON schemas
``samples``        readings of sensors as such messages
``mcap_file``      writes messages into an MCAP file
``mcap_recorder``  follows episodes and writes all of it into one MCAP file
``watching``       the session through which it sees commands and answers

Any environment whose adapter offers ``film`` (:class:`~embodied_codeact.contracts.Filmed`) can be filmed; any can be
recorded to MCAP. Encoding videos needs imageio-ffmpeg, Pillow and simplejpeg, MCAP needs mcap; they are imported only
when something is recorded.
"""

from embodied_codeact.recording.mcap_file import check_mcap
from embodied_codeact.recording.mcap_recorder import McapRecorder
from embodied_codeact.recording.recorder import EpisodeRecorder, check_recordable

__all__ = ["EpisodeRecorder", "McapRecorder", "check_mcap", "check_recordable"]

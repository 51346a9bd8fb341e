"""``openai:NAME@URL``: any endpoint with the OpenAI chat completions interface, by the official client.

``options``   what the command line takes: where the endpoint is, how long to wait, how to sample
``faults``    what can go wrong with a request: faults, which pass, and refusals, which do not
``channel``   one request as a stream of text, on a network thread, within a deadline and a size
``growing``   a reply while it grows: where it ends, and how much of it can be shown already
``retries``   tries again, within one deadline
``model``     the model
"""

from embodied_codeact.models.openai.model import OpenAIModel, connect_openai
from embodied_codeact.models.openai.options import Endpoint, OpenAIOptions

__all__ = ["Endpoint", "OpenAIModel", "OpenAIOptions", "connect_openai"]

"""The records and interfaces that all layers share. They import nothing else of this package.

``records``      what is said and done in an episode: tasks, actions, results, observations, turns, episodes
``api``          how the primitives of an environment are described to a model and to the interpreter
``environment``  what an environment adapter implements
``session``      what the agent needs of an environment, wherever it runs
``model``        what the agent needs of a language model
``benchmark``    what measures an environment
"""

from embodied_codeact.contracts.api import (
    ApiDescription,
    EnvironmentDescription,
    ErrorSpec,
    FieldSpec,
    MethodSpec,
    PrimitiveSpec,
    SensorSpec,
)
from embodied_codeact.contracts.benchmark import Benchmark, Measure, SavingSession
from embodied_codeact.contracts.environment import (
    FRAMES_PER_SECOND,
    Environment,
    EnvironmentAdapter,
    Filmed,
    ForkableEnvironment,
    RenewsAfterFork,
    TakesArgument,
    WorldContext,
)
from embodied_codeact.contracts.model import Model, Reply
from embodied_codeact.contracts.records import (
    SCHEMA_VERSION,
    Action,
    CallRecord,
    CodeAction,
    Episode,
    ExecutionResult,
    Figure,
    Finish,
    InvalidReply,
    Message,
    Observation,
    ScriptError,
    Status,
    Task,
    ToolCall,
    Turn,
    Usage,
    UserMessage,
)
from embodied_codeact.contracts.session import (
    CallFinished,
    EnvironmentSession,
    ExecutionEvent,
    OutputChunk,
    ScriptStarted,
)

__all__ = [
    "FRAMES_PER_SECOND",
    "SCHEMA_VERSION",
    "Action",
    "ApiDescription",
    "Benchmark",
    "CallFinished",
    "CallRecord",
    "CodeAction",
    "Environment",
    "EnvironmentAdapter",
    "EnvironmentDescription",
    "EnvironmentSession",
    "Episode",
    "ErrorSpec",
    "ExecutionEvent",
    "ExecutionResult",
    "FieldSpec",
    "Figure",
    "Filmed",
    "Finish",
    "ForkableEnvironment",
    "InvalidReply",
    "Measure",
    "Message",
    "MethodSpec",
    "Model",
    "Observation",
    "OutputChunk",
    "PrimitiveSpec",
    "RenewsAfterFork",
    "Reply",
    "SavingSession",
    "ScriptError",
    "ScriptStarted",
    "SensorSpec",
    "Status",
    "TakesArgument",
    "Task",
    "ToolCall",
    "Turn",
    "Usage",
    "UserMessage",
    "WorldContext",
]

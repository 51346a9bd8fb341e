"""The records and interfaces that all layers share. They import nothing else of this package.

``records``      what is said and done in an episode: tasks, actions, results, observations, turns, episodes
``api``          how the primitives of an environment are described to a model and to the interpreter
``environment``  what an environment adapter implements
``session``      what the agent needs of an environment, wherever it runs
``model``        what the agent needs of a language model
``commands``     how calls are written where actions are text
``benchmark``    what measures an environment
``generator``    what makes tasks for an environment
``rephraser``    what says the same in other words
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
from embodied_codeact.contracts.benchmark import Benchmark, CheckReport, ChecksItself, Measure
from embodied_codeact.contracts.commands import commands_of, parameters_of, text_commands
from embodied_codeact.contracts.environment import (
    FRAMES_PER_SECOND,
    Environment,
    EnvironmentAdapter,
    Filmed,
    ForkableEnvironment,
    GuidesItself,
    MayRefuseSaves,
    RealEnvironment,
    RenewsAfterFork,
    SensedImage,
    Senses,
    SensesImages,
    TakesArgument,
    WorldContext,
)
from embodied_codeact.contracts.generator import Generator
from embodied_codeact.contracts.model import (
    BoundsReplies,
    ClosableModel,
    CountsTokens,
    KnowsContext,
    Model,
    Perturbs,
    Reply,
    SharedModel,
    StreamingModel,
    TakesImages,
)
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
from embodied_codeact.contracts.rephraser import Rephraser
from embodied_codeact.contracts.session import (
    CallFinished,
    EnvironmentSession,
    ExecutionEvent,
    HasTask,
    OutputChunk,
    Permissions,
    SavingSession,
    ScriptStarted,
)

__all__ = [
    "FRAMES_PER_SECOND",
    "SCHEMA_VERSION",
    "Action",
    "ApiDescription",
    "Benchmark",
    "BoundsReplies",
    "CallFinished",
    "CallRecord",
    "CheckReport",
    "ChecksItself",
    "ClosableModel",
    "CodeAction",
    "CountsTokens",
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
    "Generator",
    "GuidesItself",
    "HasTask",
    "InvalidReply",
    "KnowsContext",
    "MayRefuseSaves",
    "Measure",
    "Message",
    "MethodSpec",
    "Model",
    "Observation",
    "OutputChunk",
    "Permissions",
    "Perturbs",
    "PrimitiveSpec",
    "RealEnvironment",
    "RenewsAfterFork",
    "Rephraser",
    "Reply",
    "SavingSession",
    "ScriptError",
    "ScriptStarted",
    "SensedImage",
    "Senses",
    "SensesImages",
    "SensorSpec",
    "SharedModel",
    "Status",
    "StreamingModel",
    "TakesArgument",
    "TakesImages",
    "Task",
    "ToolCall",
    "Turn",
    "Usage",
    "UserMessage",
    "WorldContext",
    "commands_of",
    "parameters_of",
    "text_commands",
]

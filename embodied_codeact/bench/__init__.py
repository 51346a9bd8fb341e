"""What the core is measured by: its own figures beside bare references, in turn and in one run.

``timing``       takes samples of several things in turn
``interpreter``  the interpreter, alone and through the bridge
``references``   what it is measured against: a Jupyter kernel, smolagents' executor, an echo between two processes
``bare``         bare pyzmq: a process that echoes, and one that publishes
``bridge``       commands of a session, and a call that does nothing
``streams``      sensor streams; ``world`` is where they come from
"""

from embodied_codeact.bench.bridge import bench_bridge
from embodied_codeact.bench.interpreter import InterpreterFigures, bench_interpreter

__all__ = ["InterpreterFigures", "bench_bridge", "bench_interpreter"]

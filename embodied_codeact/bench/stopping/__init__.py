"""How soon an arm stands still after something went wrong: ``embodied-codeact bench stop``.

``rig``     the processes: a controller, an environment server that commands it, and an agent whose script moves the arm
``agent``   that agent, in a process of its own
``faults``  what goes wrong, and what is allowed then
``trial``   one of them, seen in the controller's state stream
"""

from embodied_codeact.bench.stopping.bench import StopFigure, bench_stop

__all__ = ["StopFigure", "bench_stop"]

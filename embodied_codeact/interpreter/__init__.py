"""Runs scripts in a confined Python process that can always be stopped.

``host``         what the server holds: starts scripts, gathers their output, replaces a worker that died
``link``         the host's end of one worker: its process, channel and output, none of which is trusted
``forkserver``   the host's end of the template
``template``     a warm, single-threaded process from which workers are forked in milliseconds
``worker``       one forked process: confines itself, then runs scripts
``console``      persistent namespace, last-expression echo, interrupts
``proxies``      the primitives and ``state`` that a script sees
``world``        the worker's end of the channel to the world process
``sandbox``      the layers of confinement, with ``namespaces``, ``landlock`` and ``seccomp``
``tracebacks``   errors as a model reads them, with ``suggestions``

The host's side is ``host``, ``link`` and ``forkserver``; everything else runs in the template and its workers.
"""

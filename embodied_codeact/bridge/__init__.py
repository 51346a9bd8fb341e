"""The bridge: one script per turn goes to the environment's side, events and observations stream back.

``framing``    the wire format of both protocols (docs/protocol.md)
``endpoints``  addresses of a server's sockets
``stop``       normal, protective stop, emergency stop, and the flag in shared memory that a world obeys
``world``      the process that owns the adapter
``control``    the thread that answers ping, interrupt, halt and clear, whatever else goes on
``server``     the process that owns the sockets
``client``     the agent's end
``local``      a server as a child process of this one
"""

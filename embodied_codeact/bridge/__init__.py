"""The bridge: one script per turn goes to the environment's side, events and observations stream back.

``framing``    the wire format of both protocols (docs/protocol.md)
``endpoints``  addresses of a server's sockets
``stop``       normal, protective stop, emergency stop, and the flag in shared memory that a world obeys
``world``      the process that owns the adapter
``lease``      who commands
``admission``  whether a command is carried out now
``security``   keys, and the list of clients that a server lets in
``control``    the thread that answers ping, interrupt, halt and clear, whatever else goes on
``server``     the process that owns the sockets
``client``     the agent's end; ``control_line``: its heartbeats and its lease
``local``      a server as a child process of this one
"""

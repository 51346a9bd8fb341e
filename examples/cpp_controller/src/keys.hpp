// Who may connect: CURVE keys, and the list of the clients that are let in.
//
// Keys are files as `embodied-codeact keys` and Python's zmq.auth write them. CURVE alone (RFC 26 of ZeroMQ) lets in
// whoever knows this controller's public key; the list (RFC 27, "ZAP") is what keeps others out.
#pragma once

#include <set>
#include <string>

#include "sockets.hpp"

namespace eca {

/// 40 characters of Z85 each.
struct KeyPair {
    std::string public_key, secret_key;
};

/// Read a `.key_secret` file. Throws SetupError where it holds no keys, or others may read it.
KeyPair read_key_pair(const std::string& path);

/// The public keys of all `.key` files in a folder. Throws SetupError where there are none.
std::set<std::string> read_allowed(const std::string& folder);

/// Answers libzmq's question about each client that connects: may it?
class Gatekeeper {
  public:
    /// Before any socket is bound.
    Gatekeeper(Context& context, std::set<std::string> allowed);

    /// Answer what was asked. To be called when the socket is readable.
    void answer();
    /// Have a socket speak CURVE only, and ask here. Before it is bound.
    static void secure(Socket& socket, const KeyPair& own);

    void* handle() const { return socket_.handle(); }

  private:
    bool may_enter(const Frames& request) const;

    Socket socket_;
    std::set<std::string> allowed_;
};

}  // namespace eca

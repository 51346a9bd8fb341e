// libzmq's sockets with their lifetimes, and messages as lists of frames. Nothing here ever blocks but `poll`.
#pragma once

#include <zmq.h>

#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace eca {

using Frames = std::vector<std::string>;

/// Something that ends the program with one line: a port in use, a key that is none.
struct SetupError : std::runtime_error {
    using std::runtime_error::runtime_error;
};

class Context {
  public:
    Context() : handle_(zmq_ctx_new()) {}
    ~Context() { zmq_ctx_term(handle_); }
    Context(const Context&) = delete;
    Context& operator=(const Context&) = delete;
    void* handle() const { return handle_; }

  private:
    void* handle_;
};

class Socket {
  public:
    Socket(Context& context, int type);
    ~Socket() { zmq_close(handle_); }
    Socket(const Socket&) = delete;
    Socket& operator=(const Socket&) = delete;

    void set(int option, int value);
    void set(int option, std::string_view value);
    void set_max_message_bytes(std::int64_t bytes);
    void bind(const std::string& address);

    /// The next message, nothing where none waits. At most `max_frames` of its frames are kept, and one more, so that
    /// the reader sees that there were too many.
    std::optional<Frames> receive(std::size_t max_frames);
    /// Where it cannot be sent now it is lost, and the answer is false.
    bool send(const Frames& frames);

    void* handle() const { return handle_; }

  private:
    void* handle_;
};

}  // namespace eca

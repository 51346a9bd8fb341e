// The sockets and the verbs: what comes is read, judged and answered; what is sensed goes out.
//
// One thread, one poll: control, state, keys, the loop's samples, and signals. A command is answered at once, and
// nothing that a client does or does not do makes this thread wait. Should it be late all the same, the loop goes on.
#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>

#include "controller.hpp"
#include "endpoint.hpp"
#include "frames.hpp"
#include "keys.hpp"
#include "loop.hpp"
#include "sockets.hpp"

namespace eca {

struct Security {
    KeyPair own;
    std::set<std::string> allowed;
};

class Server {
  public:
    /// Binds the sockets. Throws SetupError where that cannot be.
    Server(const Endpoint& endpoint, const std::optional<Security>& security, Controller& controller, Loop& loop,
           double rate_hz);

    /// Serve until `signal_fd`, a signalfd, is readable; then bring the arm to rest, and return.
    void run(int signal_fd);

  private:
    void poll(int signal_fd, bool& ending);
    void answer_commands();
    void publish_samples();
    void answer(const std::string& identity, const Message& command);
    BodyWriter carry_out(const Message& command);

    BodyWriter acquire(const Message& command);
    BodyWriter heartbeat(const Message& command);
    BodyWriter move(const Message& command);
    BodyWriter release(const Message& command);
    BodyWriter stop(const Message& command);
    BodyWriter clear();
    BodyWriter status_answer() const;

    Claim claim_;
    Context context_;
    std::unique_ptr<Gatekeeper> gatekeeper_;
    Socket control_, state_;
    Controller& controller_;
    Loop& loop_;
    double rate_hz_;
    std::string session_;
    std::int64_t replies_ = 0;
    std::int64_t dropped_ = 0;
    bool told_of_rest_ = false;  // the last state that was sent says that a stop is latched and nothing moves
};

}  // namespace eca

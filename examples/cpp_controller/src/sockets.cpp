#include "sockets.hpp"

namespace eca {
namespace {

[[noreturn]] void fail(const std::string& what) { throw SetupError(what + ": " + zmq_strerror(zmq_errno())); }

/// A frame on its way in.
class Part {
  public:
    Part() { zmq_msg_init(&message_); }
    ~Part() { zmq_msg_close(&message_); }
    Part(const Part&) = delete;
    Part& operator=(const Part&) = delete;

    bool receive(void* socket) {
        for (;;) {
            if (zmq_msg_recv(&message_, socket, ZMQ_DONTWAIT) >= 0) return true;
            if (zmq_errno() != EINTR) return false;
        }
    }
    bool more() { return zmq_msg_more(&message_) != 0; }
    std::string str() { return {static_cast<const char*>(zmq_msg_data(&message_)), zmq_msg_size(&message_)}; }

  private:
    zmq_msg_t message_;
};

}  // namespace

Socket::Socket(Context& context, int type) : handle_(zmq_socket(context.handle(), type)) {
    if (handle_ == nullptr) fail("a socket cannot be made");
    set(ZMQ_LINGER, 0);
}

void Socket::set(int option, int value) {
    if (zmq_setsockopt(handle_, option, &value, sizeof value) != 0) fail("a socket does not take an option");
}

void Socket::set(int option, std::string_view value) {
    if (zmq_setsockopt(handle_, option, value.data(), value.size()) != 0) fail("a socket does not take an option");
}

void Socket::set_max_message_bytes(std::int64_t bytes) {
    if (zmq_setsockopt(handle_, ZMQ_MAXMSGSIZE, &bytes, sizeof bytes) != 0) fail("a socket does not take an option");
}

void Socket::bind(const std::string& address) {
    if (zmq_bind(handle_, address.c_str()) != 0) fail("cannot bind " + address);
}

std::optional<Frames> Socket::receive(std::size_t max_frames) {
    Frames frames;
    bool more = true;
    // The frames of a message arrive together: after the first, the others are there.
    for (bool first = true; more; first = false) {
        Part part;
        if (!part.receive(handle_)) {
            if (first) return std::nullopt;
            break;
        }
        more = part.more();
        if (frames.size() <= max_frames) frames.push_back(part.str());
    }
    return frames;
}

bool Socket::send(const Frames& frames) {
    for (std::size_t i = 0; i < frames.size(); ++i) {
        const int flags = ZMQ_DONTWAIT | (i + 1 < frames.size() ? ZMQ_SNDMORE : 0);
        while (zmq_send(handle_, frames[i].data(), frames[i].size(), flags) < 0)
            if (zmq_errno() != EINTR) return false;
    }
    return true;
}

}  // namespace eca

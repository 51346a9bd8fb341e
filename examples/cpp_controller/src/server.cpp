#include "server.hpp"

#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <random>

#include "limits.hpp"
#include "refused.hpp"
#include "telling.hpp"

namespace eca {
namespace {

constexpr std::size_t kIdentityFrames = 1;
constexpr std::int64_t kSocketMaxBytes = 2 * kMaxFrameBytes;  // beyond it the socket itself hangs up
constexpr int kReceiveQueue = 64;       // commands of one client that wait
constexpr int kCommandsPerRound = 64;   // so that a storm of them does not hold up the state stream
constexpr int kSendQueue = 1000;        // messages to one slow reader; then it loses some
constexpr int kPollMs = 100;
constexpr int kLingerMs = 200;          // at the end, for the last messages to leave
constexpr double kEndingTime = 3.0;     // s, for the arm to come to rest at the end

/// 16 hexadecimal digits that no other start has.
std::string new_session() {
    std::random_device random;
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    for (int i = 0; i < 16; ++i) text.push_back(digits[random() % digits.size()]);
    return text;
}

const std::string* text_at(const Message& command, std::string_view key) {
    const msgpack::Value* value = command.body.find(key);
    return value == nullptr ? nullptr : value->as<std::string>();
}

/// A number of a map, null where it is not there; throws InvalidArgument where it is something else.
std::optional<double> number_at(const msgpack::Value& map, const std::string& key) {
    const msgpack::Value* value = map.find(key);
    if (value == nullptr || value->is_null()) return std::nullopt;
    const auto number = value->number();
    if (!number || !std::isfinite(*number)) throw InvalidArgument(key + ": a finite number is expected");
    return number;
}

double required_number(const msgpack::Value& map, const std::string& key) {
    const auto number = number_at(map, key);
    if (!number) throw InvalidArgument(key + " is missing; a number is expected");
    return *number;
}

}  // namespace

Server::Server(const Endpoint& endpoint, const std::optional<Security>& security, Controller& controller, Loop& loop,
               double rate_hz)
    : claim_(endpoint),
      gatekeeper_(security ? std::make_unique<Gatekeeper>(context_, security->allowed) : nullptr),
      control_(context_, ZMQ_ROUTER),
      state_(context_, ZMQ_XPUB),
      controller_(controller),
      loop_(loop),
      rate_hz_(rate_hz),
      session_(new_session()) {
    if (!security && endpoint.beyond_loopback())
        throw SetupError(endpoint.control() +
                         " can be reached from other machines, and whoever reaches it moves the arm; give --key and "
                         "--allow, or bind to 127.0.0.1");
    for (Socket* socket : {&control_, &state_}) {
        socket->set_max_message_bytes(kSocketMaxBytes);
        socket->set(ZMQ_RCVHWM, kReceiveQueue);
        socket->set(ZMQ_SNDHWM, kSendQueue);
        socket->set(ZMQ_LINGER, kLingerMs);
        if (endpoint.ipv6()) socket->set(ZMQ_IPV6, 1);
        if (security) Gatekeeper::secure(*socket, security->own);
    }
    control_.bind(endpoint.control());
    state_.bind(endpoint.state());
}

void Server::run(int signal_fd) {
    bool ending = false;
    std::int64_t until = 0;
    // To the end of the motion, and until the readers were told of it.
    while (!ending || (!told_of_rest_ && now_ns() < until)) {
        poll(signal_fd, ending);
        if (!ending) continue;
        if (until == 0) {
            until = now_ns() + ns(kEndingTime);
            told_of_rest_ = false;
        }
        // In every round: whoever clears it now does not begin anew.
        controller_.stop(StopLevel::protective_stop, ShortText("the controller ends"));
    }
}

void Server::poll(int signal_fd, bool& ending) {
    std::array<zmq_pollitem_t, 5> items{{
        {control_.handle(), 0, ZMQ_POLLIN, 0},
        {state_.handle(), 0, ZMQ_POLLIN, 0},
        {nullptr, loop_.wake_fd(), ZMQ_POLLIN, 0},
        {nullptr, signal_fd, ZMQ_POLLIN, 0},
        {gatekeeper_ ? gatekeeper_->handle() : nullptr, -1, ZMQ_POLLIN, 0},
    }};
    zmq_poll(items.data(), gatekeeper_ ? 5 : 4, kPollMs);
    if (items[0].revents != 0) answer_commands();
    // Subscriptions: libzmq has acted on them, they only have to be taken. A reader can say nothing else.
    if (items[1].revents != 0)
        for (int i = 0; i < kCommandsPerRound && state_.receive(1); ++i) {
        }
    if (items[2].revents != 0) publish_samples();
    if (items[3].revents != 0) {
        signalfd_siginfo taken;
        ending = read(signal_fd, &taken, sizeof taken) > 0 || ending;
    }
    if (items[4].revents != 0 && gatekeeper_) gatekeeper_->answer();
}

// Out: the state stream

void Server::publish_samples() {
    std::uint64_t count = 0;
    [[maybe_unused]] const ssize_t ignored = read(loop_.wake_fd(), &count, sizeof count);
    while (const Sample* sample = loop_.samples().readable()) {
        const BodyWriter body = state_body(*sample, dropped_);
        Message header;
        header.type = "state";
        header.session = session_;
        header.seq = sample->seq;
        header.time_ns = sample->time_ns;
        const Status& status = sample->status;
        told_of_rest_ = status.stop != StopLevel::normal && status.outcome != Outcome::running;
        loop_.samples().was_read();
        Frames frames = write_message(header, body);
        frames.insert(frames.begin(), "state");
        state_.send(frames);
    }
}

// In: commands

void Server::answer_commands() {
    for (int i = 0; i < kCommandsPerRound; ++i) {
        auto frames = control_.receive(kIdentityFrames + kMaxFrames);
        if (!frames) return;
        const std::string identity = std::move(frames->front());
        frames->erase(frames->begin());
        if (const auto command = read_message(*frames)) answer(identity, *command);
        else ++dropped_;
    }
}

void Server::answer(const std::string& identity, const Message& command) {
    BodyWriter body;
    try {
        body = carry_out(command);
    } catch (const Refused& refused) {
        body = error_answer(refused);
    }
    Message header;
    header.type = "reply";
    header.id = command.id;
    header.session = session_;
    header.seq = ++replies_;
    header.time_ns = now_ns();
    Frames frames = write_message(header, body);
    frames.insert(frames.begin(), identity);
    control_.send(frames);
}

BodyWriter Server::carry_out(const Message& command) {
    const std::string& verb = command.type;
    // Whoever was connected before the controller was started anew can still stop and watch.
    if (verb == "stop") return stop(command);
    if (verb == "ping") return status_answer();
    if (verb == "describe") return description_answer(rate_hz_);
    if (!command.session.empty() && command.session != session_)
        throw CommandRefused("the controller was started anew since then; connect again");
    if (verb == "acquire") return acquire(command);
    if (verb == "heartbeat") return heartbeat(command);
    if (verb == "move") return move(command);
    if (verb == "release") return release(command);
    if (verb == "clear") return clear();
    throw CommandRefused("there is no such verb; see `describe` and the protocol");
}

BodyWriter Server::status_answer() const {
    BodyWriter out = ok_answer();
    write_status(out, controller_.status(), now_ns(), dropped_);
    return out;
}

BodyWriter Server::acquire(const Message& command) {
    const std::string* commander = text_at(command, "commander");
    if (commander == nullptr || commander->empty())
        throw InvalidArgument("commander: a name is expected, as in {\"commander\": \"planner\", \"ttl_s\": 0.1}");
    const double ttl_s = number_at(command.body, "ttl_s").value_or(kDefaultTtl);
    if (ttl_s <= 0.0) throw InvalidArgument("ttl_s: a time above 0 is expected, or null");
    if (commander->size() > Name::capacity())
        throw InvalidArgument("commander: a name of at most " + std::to_string(Name::capacity()) + " bytes, please");
    const Granted granted = controller_.acquire(Name(*commander), std::min(ttl_s, kMaxTtl), now_ns());
    BodyWriter out = ok_answer();
    out.map(3);
    write_integer(out, "lease", granted.lease);
    write_number(out, "lease_s", kLeaseTime);
    write_number(out, "ttl_s", granted.ttl_s);
    return out;
}

BodyWriter Server::heartbeat(const Message& command) {
    controller_.heartbeat({command.lease, command.seq}, now_ns());
    return status_answer();
}

BodyWriter Server::release(const Message& command) {
    controller_.release({command.lease, command.seq});
    return status_answer();
}

BodyWriter Server::move(const Message& command) {
    controller_.admit({command.lease, command.seq}, {command.ttl_s, command.time_ns}, now_ns());
    Started started;
    const msgpack::Value* gripper = command.body.find("gripper");
    const msgpack::Value* positions = command.body.find("positions");
    if (gripper != nullptr && positions == nullptr) {
        GripperCommand wanted;
        wanted.width = required_number(*gripper, "width");
        wanted.force = required_number(*gripper, "force");
        wanted.speed = required_number(*gripper, "speed");
        check_gripper(wanted);
        started = controller_.start(command.lease, wanted);
    } else {
        const auto rows = read_array(command, positions);
        const auto velocities = read_array(command, command.body.find("velocities"));
        if (gripper != nullptr || !rows || !velocities)
            throw InvalidArgument(
                "a move has either `gripper`, or `positions` and `velocities`, arrays of dtype <f8 and shape (n, "
                "joints), and `period_s`");
        auto trajectory = std::make_unique<const Trajectory>(
            trajectory_from(*rows, *velocities, required_number(command.body, "period_s")));
        check_limits(*trajectory);
        started = controller_.start(command.lease, std::move(trajectory));
    }
    BodyWriter out = ok_answer();
    out.map(2);
    write_integer(out, "motion", started.motion);
    write_number(out, "duration_s", started.duration_s);
    return out;
}

BodyWriter Server::stop(const Message& command) {
    const std::string* reason = text_at(command, "reason");
    const msgpack::Value* named = command.body.find("level");
    const std::string* text = text_at(command, "level");
    const auto level = text != nullptr ? stop_level(*text) : std::nullopt;
    controller_.stop(level.value_or(StopLevel::emergency_stop),
                     ShortText(reason != nullptr ? *reason : ""));
    // Whoever cannot say how, still wants the arm to stand.
    if (!level && named != nullptr && !named->is_null())
        throw InvalidArgument(
            "level: \"protective stop\" or \"emergency stop\" is expected; the arm was stopped as by the second");
    return status_answer();
}

BodyWriter Server::clear() {
    const StopLevel cleared = controller_.clear();
    BodyWriter out = ok_answer();
    out.map(1);
    write_text(out, "cleared", words(cleared));
    return out;
}

}  // namespace eca

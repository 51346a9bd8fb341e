// The controller: lease, latch and motion, together under one lock.
//
// Two threads meet here. The server's thread calls the verbs as messages come; the loop's thread calls `tick` once a
// period and alone speaks to the hardware. Both hold the lock for microseconds only: nothing under it waits or does
// input and output, and the loop's side allocates nothing. The lock inherits priority, so that a real-time loop does
// not wait for a server that the scheduler has put aside.
//
// The deadman is in `tick`: whatever becomes of the server, its sockets or the network, the arm comes to rest.
#pragma once

#include <pthread.h>

#include <memory>
#include <mutex>
#include <optional>

#include "hardware.hpp"
#include "latch.hpp"
#include "lease.hpp"
#include "motion.hpp"

namespace eca {

/// A motion may begin this far beside the commanded position, rad.
constexpr double kStartTolerance = 0.005;

struct Status {
    StopLevel stop = StopLevel::normal;
    ShortText reason;
    std::int64_t lease = 0;
    Name commander;
    std::int64_t motion = 0;
    Outcome outcome = Outcome::none;
    ShortText message;
};

/// One tick of the state stream.
struct Sample {
    std::int64_t seq = 0;
    std::int64_t time_ns = 0;
    std::int64_t late_ticks = 0;
    Sensed sensed;
    JointArray commanded{};
    Status status;
};

/// What a command says of itself in its header.
struct Credentials {
    std::int64_t lease = 0;
    std::int64_t seq = 0;
};

/// How long a move may take from the sender to here: it is not carried out later than `ttl_s` after `time_ns`, which
/// the sender took from this controller's clock.
struct TimeToLive {
    std::optional<double> ttl_s;
    std::int64_t time_ns = 0;
};

struct Granted {
    std::int64_t lease = 0;
    double ttl_s = 0.0;
};

struct Started {
    std::int64_t motion = 0;
    double duration_s = 0.0;
};

/// A mutex whose holder runs with the priority of who waits for it.
class PriorityMutex {
  public:
    PriorityMutex();
    ~PriorityMutex() { pthread_mutex_destroy(&mutex_); }
    PriorityMutex(const PriorityMutex&) = delete;
    PriorityMutex& operator=(const PriorityMutex&) = delete;
    void lock() { pthread_mutex_lock(&mutex_); }
    void unlock() { pthread_mutex_unlock(&mutex_); }

  private:
    pthread_mutex_t mutex_;
};

class Controller {
  public:
    Controller(Hardware& hardware, double period_s);

    // The verbs, for the server's thread. All throw Refused. `now_ns` is the monotonic clock.

    Status status() const;
    Granted acquire(const Name& commander, double ttl_s, std::int64_t now_ns);
    void heartbeat(const Credentials& credentials, std::int64_t now_ns);
    /// Whether a `move` may come at all; the body is looked at afterwards, without the lock.
    void admit(const Credentials& credentials, const TimeToLive& life, std::int64_t now_ns);
    Started start(std::int64_t lease, std::unique_ptr<const Trajectory> trajectory);
    Started start(std::int64_t lease, const GripperCommand& gripper);
    void release(const Credentials& credentials);
    void stop(StopLevel level, const ShortText& reason);
    StopLevel clear();

    /// One period, for the loop's thread. Fills the sample but for `seq` and `late_ticks`.
    void tick(std::int64_t now_ns, Sample& sample);

  private:
    using Guard = std::lock_guard<PriorityMutex>;

    void refuse_if_latched() const;
    void refuse_if_not_startable(std::int64_t lease) const;
    void watch(std::int64_t now_ns);
    void latch(StopLevel level, const ShortText& reason);
    Status status_now() const;

    Hardware& hardware_;
    mutable PriorityMutex lock_;
    Lease lease_;
    Latch latch_;
    Motion motion_;
};

}  // namespace eca

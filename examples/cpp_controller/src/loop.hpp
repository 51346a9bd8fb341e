// The real-time loop: a thread of its own that ticks the controller at a fixed rate and owns the motion.
//
// It never touches a socket and never allocates. What it has to say goes into a ring of samples that the server reads;
// where the server does not keep up, samples are lost and their `seq` shows it, but the loop does not wait.
#pragma once

#include <array>
#include <atomic>
#include <thread>

#include "controller.hpp"

namespace eca {

/// The monotonic clock, ns.
std::int64_t now_ns();

/// Samples from one thread to one other.
class SampleRing {
  public:
    /// The place to write the next one; null where the reader is a whole ring behind.
    Sample* writable();
    void written() { head_.fetch_add(1, std::memory_order_release); }
    /// The oldest that was not read; null where there is none.
    const Sample* readable() const;
    void was_read() { tail_.fetch_add(1, std::memory_order_release); }

  private:
    static constexpr std::size_t kSize = 256;
    std::array<Sample, kSize> samples_;
    std::atomic<std::size_t> head_{0}, tail_{0};
};

class Loop {
  public:
    Loop(Controller& controller, double rate_hz);
    ~Loop();
    Loop(const Loop&) = delete;
    Loop& operator=(const Loop&) = delete;

    /// Begin to tick. With `real_time`, under SCHED_FIFO and with all memory locked; throws std::runtime_error where
    /// the system does not permit that.
    void start(bool real_time);
    /// Becomes readable with every new sample; reading eight bytes makes it quiet again.
    int wake_fd() const { return wake_fd_; }
    SampleRing& samples() { return samples_; }

  private:
    void run();
    void tick_once(std::int64_t late_ticks);

    Controller& controller_;
    std::int64_t period_ns_;
    int wake_fd_;
    std::atomic<bool> ended_{false};
    std::int64_t seq_ = 0;
    Sample spare_;  // written where the ring is full, so that the arm is driven all the same
    SampleRing samples_;
    std::thread thread_;
};

}  // namespace eca

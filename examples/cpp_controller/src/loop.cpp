#include "loop.hpp"

#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <string>

namespace eca {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr int kPriority = 80;  // of 1 to 99

void sleep_until(std::int64_t time_ns) {
    timespec until{};
    until.tv_sec = static_cast<time_t>(time_ns / kSecond);
    until.tv_nsec = static_cast<long>(time_ns % kSecond);
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, nullptr) == EINTR) {
    }
}

}  // namespace

std::int64_t now_ns() {
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return static_cast<std::int64_t>(now.tv_sec) * kSecond + now.tv_nsec;
}

Sample* SampleRing::writable() {
    const std::size_t head = head_.load(std::memory_order_relaxed);
    if (head - tail_.load(std::memory_order_acquire) == kSize) return nullptr;
    return &samples_[head % kSize];
}

const Sample* SampleRing::readable() const {
    const std::size_t tail = tail_.load(std::memory_order_relaxed);
    if (head_.load(std::memory_order_acquire) == tail) return nullptr;
    return &samples_[tail % kSize];
}

Loop::Loop(Controller& controller, double rate_hz)
    : controller_(controller),
      period_ns_(static_cast<std::int64_t>(static_cast<double>(kSecond) / rate_hz)),
      wake_fd_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
    if (wake_fd_ < 0) throw std::runtime_error(std::string("eventfd: ") + std::strerror(errno));
}

Loop::~Loop() {
    ended_ = true;
    if (thread_.joinable()) thread_.join();
    close(wake_fd_);
}

void Loop::start(bool real_time) {
    if (real_time && mlockall(MCL_CURRENT | MCL_FUTURE) != 0)
        throw std::runtime_error(std::string("--real-time: memory cannot be locked: ") + std::strerror(errno));
    thread_ = std::thread([this] { run(); });
    if (!real_time) return;
    sched_param parameters{};
    parameters.sched_priority = kPriority;
    if (const int error = pthread_setschedparam(thread_.native_handle(), SCHED_FIFO, &parameters); error != 0)
        throw std::runtime_error(std::string("--real-time: SCHED_FIFO is not permitted: ") + std::strerror(error));
}

void Loop::run() {
    std::int64_t late_ticks = 0;
    std::int64_t next = now_ns();
    while (!ended_) {
        next += period_ns_;
        sleep_until(next);
        // A tick that was missed is not made up for: two at once would be a jump for the motors.
        if (const std::int64_t late = (now_ns() - next) / period_ns_; late > 0) {
            late_ticks += late;
            next += late * period_ns_;
        }
        tick_once(late_ticks);
    }
}

void Loop::tick_once(std::int64_t late_ticks) {
    Sample* place = samples_.writable();
    Sample& sample = place != nullptr ? *place : spare_;
    sample.seq = ++seq_;
    sample.late_ticks = late_ticks;
    controller_.tick(now_ns(), sample);
    if (place == nullptr) return;
    samples_.written();
    const std::uint64_t one = 1;
    // Full only where the reader sleeps, who will then be woken in any case.
    [[maybe_unused]] const ssize_t ignored = write(wake_fd_, &one, sizeof one);
}

}  // namespace eca

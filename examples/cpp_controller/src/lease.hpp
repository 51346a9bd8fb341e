// Who may command: one commander at a time, by a lease that ends with silence.
//
// Nothing here knows what time it is; whoever asks says so, in ns of the controller's monotonic clock. A lease that was
// not heard for `kLeaseTime` is over, and one under which the arm moves for less: its `ttl_s`, the deadman's time.
#pragma once

#include <cstdint>
#include <limits>

#include "fixed_text.hpp"

namespace eca {

constexpr double kLeaseTime = 1.0;    // s
constexpr double kMaxTtl = 1.0;       // s, the longest that may be asked for; not above kLeaseTime
constexpr double kDefaultTtl = 0.1;   // s

constexpr std::int64_t ns(double seconds) { return static_cast<std::int64_t>(seconds * 1e9); }

using Name = FixedText<200>;

class Lease {
  public:
    bool lives() const { return epoch_ != 0; }
    std::int64_t epoch() const { return epoch_; }
    const Name& commander() const { return commander_; }
    double ttl_s() const { return ttl_s_; }
    bool silent_longer_than(double seconds, std::int64_t now_ns) const {
        return lives() && now_ns - heard_ns_ > ns(seconds);
    }

    /// Give a lease with a new epoch, which ends the one before. Throws CommandRefused where another's lives.
    void grant(const Name& commander, double ttl_s, std::int64_t now_ns);
    /// A command came under this epoch and with this number. Throws CommandRefused where the lease is another, or the
    /// number does not grow: a message that was held up somewhere, or sent twice.
    void check(std::int64_t epoch, std::int64_t seq);
    /// The commander is there.
    void hear(std::int64_t now_ns) { heard_ns_ = now_ns; }
    void end();

  private:
    std::int64_t epoch_ = 0;  // 0: no lease lives
    std::int64_t latest_epoch_ = 0;
    std::int64_t latest_seq_ = 0;
    std::int64_t heard_ns_ = 0;
    double ttl_s_ = kDefaultTtl;
    Name commander_;
};

}  // namespace eca

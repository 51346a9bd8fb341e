#include "lease.hpp"

#include <string>

#include "refused.hpp"

namespace eca {

void Lease::grant(const Name& commander, double ttl_s, std::int64_t now_ns) {
    if (lives() && commander.view() != commander_.view())
        throw CommandRefused("'" + std::string(commander_.view()) + "' commands this arm; wait for its release");
    epoch_ = ++latest_epoch_;
    latest_seq_ = std::numeric_limits<std::int64_t>::min();
    heard_ns_ = now_ns;
    ttl_s_ = ttl_s;
    commander_ = commander;
}

void Lease::check(std::int64_t epoch, std::int64_t seq) {
    if (!lives()) throw CommandRefused("no lease lives; acquire one");
    if (epoch != epoch_)
        throw CommandRefused("lease " + std::to_string(epoch) + " is over, " + std::to_string(epoch_) +
                             " lives; acquire anew");
    if (seq <= latest_seq_)
        throw CommandRefused("seq " + std::to_string(seq) + " came after " + std::to_string(latest_seq_) +
                             "; it must grow under one lease");
    latest_seq_ = seq;
}

void Lease::end() {
    epoch_ = 0;
    commander_ = "";
}

}  // namespace eca

#include "controller.hpp"

#include <cmath>
#include <string>

#include "refused.hpp"

namespace eca {
namespace {

/// In double, so that nothing overflows whatever a header names; 2^53 ns are three months of exact clock.
void refuse_if_late(const TimeToLive& life, std::int64_t now_ns) {
    if (!life.ttl_s || !std::isfinite(*life.ttl_s) || *life.ttl_s <= 0.0)
        throw InvalidArgument("ttl_s in a move's header: a time above 0 is expected, after which it must not begin");
    const double age_s = (static_cast<double>(now_ns) - static_cast<double>(life.time_ns)) * 1e-9;
    if (age_s < -*life.ttl_s)
        throw InvalidArgument("time_ns of a move is taken from this controller's clock, see time_ns in the status");
    if (age_s > *life.ttl_s)
        throw CommandRefused("the move is read " + std::to_string(age_s) + " s after it was sent, its ttl_s is " +
                             std::to_string(*life.ttl_s) + "; send it anew, from where the arm is now");
}

}  // namespace

PriorityMutex::PriorityMutex() {
    pthread_mutexattr_t attributes;
    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_setprotocol(&attributes, PTHREAD_PRIO_INHERIT);
    pthread_mutex_init(&mutex_, &attributes);
    pthread_mutexattr_destroy(&attributes);
}

Controller::Controller(Hardware& hardware, double period_s)
    : hardware_(hardware), motion_(period_s, hardware.read()) {}

Status Controller::status_now() const {
    Status status;
    status.stop = latch_.level();
    status.reason = latch_.reason();
    status.lease = lease_.epoch();
    status.commander = lease_.commander();
    status.motion = motion_.number();
    status.outcome = motion_.outcome();
    status.message = motion_.message();
    return status;
}

Status Controller::status() const {
    const Guard guard(lock_);
    return status_now();
}

void Controller::refuse_if_latched() const {
    if (!latch_.latched()) return;
    throw StopLatched("a stop is latched (" + std::string(words(latch_.level())) + ": " +
                      std::string(latch_.reason().view()) + "); clear it first");
}

// Leases

Granted Controller::acquire(const Name& commander, double ttl_s, std::int64_t now_ns) {
    const Guard guard(lock_);
    watch(now_ns);
    refuse_if_latched();
    lease_.grant(commander, ttl_s, now_ns);
    // What moved under the lease before has no commander any more.
    motion_.halt();
    return {lease_.epoch(), lease_.ttl_s()};
}

void Controller::heartbeat(const Credentials& credentials, std::int64_t now_ns) {
    const Guard guard(lock_);
    watch(now_ns);
    lease_.check(credentials.lease, credentials.seq);
    lease_.hear(now_ns);
}

void Controller::release(const Credentials& credentials) {
    const Guard guard(lock_);
    lease_.check(credentials.lease, credentials.seq);
    lease_.end();
    motion_.halt();
}

/// Silence: the deadman's while something moves, else the lease's own. Asked by every verb of a commander as well as
/// by the loop, so that no message can come in between that wakes a lease which was over.
void Controller::watch(std::int64_t now_ns) {
    if (!motion_.at_rest() && lease_.silent_longer_than(lease_.ttl_s(), now_ns)) {
        ShortText reason("deadman: nothing was heard of '");
        reason += lease_.commander().view();
        reason += "' while the arm moved";
        latch(StopLevel::protective_stop, reason);
    } else if (lease_.silent_longer_than(kLeaseTime, now_ns)) {
        lease_.end();
    }
}

// Motions

void Controller::admit(const Credentials& credentials, const TimeToLive& life, std::int64_t now_ns) {
    const Guard guard(lock_);
    watch(now_ns);
    refuse_if_latched();
    lease_.check(credentials.lease, credentials.seq);
    lease_.hear(now_ns);
    refuse_if_late(life, now_ns);
}

void Controller::refuse_if_not_startable(std::int64_t lease) const {
    refuse_if_latched();
    if (!lease_.lives() || lease_.epoch() != lease) throw CommandRefused("the lease is over; acquire anew");
    if (!motion_.at_rest())
        throw CommandRefused("motion " + std::to_string(motion_.number()) + " still runs; wait until the arm stands");
}

Started Controller::start(std::int64_t lease, std::unique_ptr<const Trajectory> trajectory) {
    const Guard guard(lock_);
    refuse_if_not_startable(lease);
    for (std::size_t j = 0; j < kJoints; ++j) {
        const double beside = trajectory->position(0, j) - motion_.commanded().positions[j];
        if (std::abs(beside) > kStartTolerance)
            throw LimitExceeded(std::string(kRobot[j].name) + ": the motion begins " + std::to_string(beside) +
                                " rad beside the commanded position, the limit is " + std::to_string(kStartTolerance) +
                                "; begin where the state says `commanded`");
    }
    motion_.start(trajectory);
    return {motion_.number(), motion_.duration_s()};
}

Started Controller::start(std::int64_t lease, const GripperCommand& gripper) {
    const Guard guard(lock_);
    refuse_if_not_startable(lease);
    motion_.start(gripper);
    return {motion_.number(), motion_.duration_s()};
}

// Stops

void Controller::latch(StopLevel level, const ShortText& reason) {
    latch_.latch(level, reason);
    lease_.end();
    motion_.halt();
}

void Controller::stop(StopLevel level, const ShortText& reason) {
    const Guard guard(lock_);
    latch(level, reason);
}

StopLevel Controller::clear() {
    const Guard guard(lock_);
    if (latch_.latched() && !motion_.at_rest())
        throw CommandRefused("the arm is not at rest yet; clear when it stands");
    return latch_.clear();
}

// The loop

void Controller::tick(std::int64_t now_ns, Sample& sample) {
    sample.time_ns = now_ns;
    sample.sensed = hardware_.read();
    JointState arm;
    GripperCommand gripper;
    {
        const Guard guard(lock_);
        watch(now_ns);
        motion_.step(sample.sensed);
        if (sample.sensed.fault != nullptr) latch(StopLevel::protective_stop, ShortText(sample.sensed.fault));
        arm = motion_.commanded();
        gripper = motion_.gripper();
        sample.status = status_now();
    }
    sample.commanded = arm.positions;
    hardware_.write(arm, gripper);
}

}  // namespace eca

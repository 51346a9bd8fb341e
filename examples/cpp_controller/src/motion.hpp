// The motion of the arm, tick by tick: following a curve, braking, standing still.
//
// No clock, no thread, no socket: time passes by calls of `step`, one each period. So what a motion commands is the
// same to the last bit whether the machine is busy or not; a late tick delays the arm, it never makes it jump.
#pragma once

#include <memory>

#include "fixed_text.hpp"
#include "hardware.hpp"
#include "stopping.hpp"
#include "trajectory.hpp"

namespace eca {

enum class Outcome { none, running, done, stopped, failed };

class Motion {
  public:
    /// Stand where the arm stands.
    Motion(double period_s, const Sensed& standing);

    /// Follow a trajectory. It is exchanged for the one before, so that who calls this, and not the loop, frees that.
    /// Its first row may be beside the commanded position; the difference fades away over the motion. Only at rest.
    void start(std::unique_ptr<const Trajectory>& trajectory);
    /// Move the gripper. Only at rest.
    void start(const GripperCommand& gripper);
    /// Bring what moves to rest by planned deceleration. Nothing happens where nothing moves.
    void halt();

    /// One period: what is commanded next, given what is sensed now.
    void step(const Sensed& sensed);

    const JointState& commanded() const { return commanded_; }
    const GripperCommand& gripper() const { return gripper_; }
    bool at_rest() const { return phase_ == Phase::standing; }
    /// How long a motion takes from its start, s. A gripper's is what it needs where nothing is in its way.
    double duration_s() const { return duration_s_; }
    /// The number of the latest motion, 0 where there was none, and what became of it. It runs until the arm stands.
    std::int64_t number() const { return number_; }
    Outcome outcome() const { return outcome_; }
    /// Why it failed.
    const ShortText& message() const { return message_; }

  private:
    enum class Phase { standing, following, gripping, braking, settling };

    void begin(Phase phase, double duration_s);
    void follow();
    void brake();
    void settle(const Sensed& sensed);
    void fail_if_left_behind(const Sensed& sensed);
    void fail(const char* why);
    void fail(std::size_t joint, const char* why, double value, const char* unit);

    double period_s_;
    Phase phase_ = Phase::standing;
    double time_s_ = 0.0;  // since the phase began
    JointState commanded_;
    GripperCommand gripper_;
    double gripper_width_ = 0.0;  // as it was sensed last, m
    std::unique_ptr<const Trajectory> trajectory_;
    JointArray offset_{};  // where the motion began beside its first row, rad
    StopPlan plan_;
    double duration_s_ = 0.0;
    std::int64_t number_ = 0;
    Outcome outcome_ = Outcome::none;
    Outcome ends_as_ = Outcome::none;
    ShortText message_;
};

}  // namespace eca

#include "telling.hpp"

namespace eca {
namespace {

std::string_view words(Outcome outcome) {
    switch (outcome) {
        case Outcome::running: return "running";
        case Outcome::done: return "done";
        case Outcome::stopped: return "stopped";
        case Outcome::failed: return "failed";
        default: return "";
    }
}

}  // namespace

void write_text(BodyWriter& out, std::string_view key, std::string_view value) {
    out.text(key);
    out.text(value);
}

void write_integer(BodyWriter& out, std::string_view key, std::int64_t value) {
    out.text(key);
    out.integer(value);
}

void write_number(BodyWriter& out, std::string_view key, double value) {
    out.text(key);
    out.number(value);
}

void write_array(BodyWriter& out, std::string_view key, const JointArray& values) {
    out.text(key);
    out.array(values);
}

BodyWriter ok_answer() {
    BodyWriter out;
    out.map(1);
    out.text("ok");
    return out;
}

BodyWriter error_answer(const Refused& refused) {
    BodyWriter out;
    out.map(1);
    out.text("error");
    out.map(2);
    write_text(out, "kind", refused.kind);
    write_text(out, "message", refused.what());
    return out;
}

BodyWriter description_answer(double rate_hz) {
    BodyWriter out = ok_answer();
    out.map(18);
    write_integer(out, "protocol", 1);
    write_text(out, "name", kName);
    out.text("joints");
    out.list(kJoints);
    for (const Joint& joint : kRobot) out.text(joint.name);
    write_array(out, "lower", limit_of(&Joint::lower));
    write_array(out, "upper", limit_of(&Joint::upper));
    write_array(out, "velocity", limit_of(&Joint::velocity));
    write_array(out, "acceleration", limit_of(&Joint::acceleration));
    write_array(out, "jerk", limit_of(&Joint::jerk));
    write_array(out, "home", kHome);
    out.text("gripper");
    out.map(3);
    write_number(out, "width", kGripperWidth);
    write_number(out, "force", kGripperForce);
    write_number(out, "speed", kGripperSpeed);
    write_text(out, "urdf", urdf());
    write_text(out, "tool", kToolLink);
    write_number(out, "rate_hz", rate_hz);
    write_number(out, "lease_s", kLeaseTime);
    write_number(out, "max_ttl_s", kMaxTtl);
    write_number(out, "start_tolerance", kStartTolerance);
    out.text("simulated");
    out.boolean(true);
    out.text("extras");
    out.list(0);
    return out;
}

void write_status(BodyWriter& out, const Status& status, std::int64_t time_ns, std::int64_t dropped) {
    out.map(10);
    write_text(out, "stop", words(status.stop));
    write_text(out, "reason", status.reason.view());
    write_integer(out, "lease", status.lease);
    write_text(out, "commander", status.commander.view());
    write_integer(out, "motion", status.motion);
    write_text(out, "outcome", words(status.outcome));
    write_text(out, "kind", "");
    write_text(out, "message", status.message.view());
    write_integer(out, "time_ns", time_ns);
    write_integer(out, "dropped", dropped);
}

BodyWriter state_body(const Sample& sample, std::int64_t dropped) {
    BodyWriter out;
    out.map(7);
    write_array(out, "positions", sample.sensed.positions);
    write_array(out, "velocities", sample.sensed.velocities);
    write_array(out, "efforts", sample.sensed.efforts);
    write_array(out, "commanded", sample.commanded);
    out.text("gripper");
    out.map(2);
    write_number(out, "width", sample.sensed.gripper_width);
    write_number(out, "force", sample.sensed.gripper_force);
    out.text("status");
    write_status(out, sample.status, sample.time_ns, dropped);
    write_integer(out, "late_ticks", sample.late_ticks);
    return out;
}

}  // namespace eca

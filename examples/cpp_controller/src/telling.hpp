// What the controller says: answers, the status, the state, and the description, as the protocol words them.
#pragma once

#include <string_view>

#include "controller.hpp"
#include "frames.hpp"
#include "refused.hpp"

namespace eca {

void write_text(BodyWriter& out, std::string_view key, std::string_view value);
void write_integer(BodyWriter& out, std::string_view key, std::int64_t value);
void write_number(BodyWriter& out, std::string_view key, double value);
void write_array(BodyWriter& out, std::string_view key, const JointArray& values);

/// {"ok": ...}: the value comes next.
BodyWriter ok_answer();
BodyWriter error_answer(const Refused& refused);
/// What this robot is, and what it can.
BodyWriter description_answer(double rate_hz);

void write_status(BodyWriter& out, const Status& status, std::int64_t time_ns, std::int64_t dropped);
/// The body of a `state` message. `late_ticks` is beyond the protocol: how many periods the loop has missed.
BodyWriter state_body(const Sample& sample, std::int64_t dropped);

}  // namespace eca

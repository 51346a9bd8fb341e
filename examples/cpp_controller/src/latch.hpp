// The latched stop: it stays until a person clears it, and the graver level wins.
#pragma once

#include <optional>
#include <string_view>

#include "fixed_text.hpp"

namespace eca {

/// In the order of gravity; the words are those of ISO 10218.
enum class StopLevel { normal, protective_stop, emergency_stop };

constexpr std::string_view words(StopLevel level) {
    switch (level) {
        case StopLevel::protective_stop: return "protective stop";
        case StopLevel::emergency_stop: return "emergency stop";
        default: return "normal";
    }
}

/// The level that a `stop` may name.
inline std::optional<StopLevel> stop_level(std::string_view text) {
    for (const StopLevel level : {StopLevel::protective_stop, StopLevel::emergency_stop})
        if (words(level) == text) return level;
    return std::nullopt;
}

class Latch {
  public:
    StopLevel level() const { return level_; }
    bool latched() const { return level_ != StopLevel::normal; }
    /// Why, of the stop that came first at this level.
    const ShortText& reason() const { return reason_; }

    void latch(StopLevel level, const ShortText& reason) {
        if (level <= level_) return;
        level_ = level;
        reason_ = reason;
    }

    /// Return to normal; return the level that was latched.
    StopLevel clear() {
        const StopLevel was = level_;
        *this = Latch();
        return was;
    }

  private:
    StopLevel level_ = StopLevel::normal;
    ShortText reason_;
};

}  // namespace eca

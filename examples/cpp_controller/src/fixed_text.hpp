// Text that needs no heap, so that the loop's thread can write it and copy it.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace eca {

/// A text of at most `Capacity` bytes; a longer one is cut before the character that does not fit.
template <std::size_t Capacity>
class FixedText {
  public:
    FixedText() = default;
    FixedText(std::string_view text) { *this = text; }  // NOLINT: a text is what it is

    FixedText& operator=(std::string_view text) {
        size_ = 0;
        return *this += text;
    }

    FixedText& operator+=(std::string_view text) {
        std::size_t count = text.size();
        if (count > Capacity - size_) {
            count = Capacity - size_;
            // Not within a character of UTF-8: its later bytes begin with the bits 10.
            while (count > 0 && (static_cast<unsigned char>(text[count]) & 0xc0U) == 0x80U) --count;
        }
        for (std::size_t i = 0; i < count; ++i) bytes_[size_ + i] = text[i];
        size_ += count;
        return *this;
    }

    static constexpr std::size_t capacity() { return Capacity; }
    std::string_view view() const { return {bytes_.data(), size_}; }
    bool empty() const { return size_ == 0; }

  private:
    std::array<char, Capacity> bytes_{};
    std::size_t size_ = 0;
};

using ShortText = FixedText<500>;

}  // namespace eca

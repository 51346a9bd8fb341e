#include "msgpack.hpp"

#include <cstring>
#include <limits>

namespace eca::msgpack {
namespace {

/// Thrown within this file only: what is read is no document.
struct Malformed {};

class Reader {
  public:
    explicit Reader(std::string_view bytes) : left_(bytes) {}

    Value document() {
        Value value = next(0);
        if (!left_.empty()) throw Malformed{};
        return value;
    }

  private:
    std::string_view take(std::uint64_t count) {
        if (count > left_.size()) throw Malformed{};
        const std::string_view taken = left_.substr(0, static_cast<std::size_t>(count));
        left_.remove_prefix(taken.size());
        return taken;
    }

    std::uint64_t big_endian(int bytes) {
        std::uint64_t value = 0;
        for (const char c : take(static_cast<std::uint64_t>(bytes))) value = value << 8 | static_cast<unsigned char>(c);
        return value;
    }

    template <typename Signed>
    Value signed_integer() {
        return {static_cast<std::int64_t>(static_cast<Signed>(big_endian(sizeof(Signed))))};
    }

    static Value unsigned_integer(std::uint64_t value) {
        if (value <= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
            return {static_cast<std::int64_t>(value)};
        return {value};
    }

    template <typename Float, typename Bits>
    Value floating() {
        const auto bits = static_cast<Bits>(big_endian(sizeof(Bits)));
        Float value;
        std::memcpy(&value, &bits, sizeof value);
        return {static_cast<double>(value)};
    }

    Value text(std::uint64_t length) {
        const std::string_view taken = take(length);
        if (!is_utf8(taken)) throw Malformed{};
        return {std::string(taken)};
    }

    Value extension(std::uint64_t length) {
        const int type = static_cast<std::int8_t>(big_endian(1));
        return {Extension{type, std::string(take(length))}};
    }

    Value list(std::uint64_t count, int depth) {
        // Every item has at least one byte: a length that lies makes nothing large.
        if (count > left_.size()) throw Malformed{};
        List items;
        for (std::uint64_t i = 0; i < count; ++i) items.push_back(next(depth + 1));
        return {std::move(items)};
    }

    Value map(std::uint64_t count, int depth) {
        if (count > left_.size() / 2) throw Malformed{};
        Map entries;
        for (std::uint64_t i = 0; i < count; ++i) {
            Value key = next(depth + 1);
            auto* name = std::get_if<std::string>(&key.held);
            if (name == nullptr) throw Malformed{};
            entries.push_back({std::move(*name), next(depth + 1)});
        }
        return {std::move(entries)};
    }

    Value next(int depth) {
        if (depth > kMaxDepth || ++values_ > kMaxValues) throw Malformed{};
        const auto code = static_cast<unsigned>(big_endian(1));
        if (code <= 0x7f) return {static_cast<std::int64_t>(code)};
        if (code >= 0xe0) return {static_cast<std::int64_t>(code) - 0x100};
        if (code <= 0x8f) return map(code & 0x0f, depth);
        if (code <= 0x9f) return list(code & 0x0f, depth);
        if (code <= 0xbf) return text(code & 0x1f);
        switch (code) {
            case 0xc0: return {};
            case 0xc2: return {false};
            case 0xc3: return {true};
            case 0xc4: return {Bytes{std::string(take(big_endian(1)))}};
            case 0xc5: return {Bytes{std::string(take(big_endian(2)))}};
            case 0xc6: return {Bytes{std::string(take(big_endian(4)))}};
            case 0xc7: return extension(big_endian(1));
            case 0xc8: return extension(big_endian(2));
            case 0xc9: return extension(big_endian(4));
            case 0xca: return floating<float, std::uint32_t>();
            case 0xcb: return floating<double, std::uint64_t>();
            case 0xcc: return unsigned_integer(big_endian(1));
            case 0xcd: return unsigned_integer(big_endian(2));
            case 0xce: return unsigned_integer(big_endian(4));
            case 0xcf: return unsigned_integer(big_endian(8));
            case 0xd0: return signed_integer<std::int8_t>();
            case 0xd1: return signed_integer<std::int16_t>();
            case 0xd2: return signed_integer<std::int32_t>();
            case 0xd3: return signed_integer<std::int64_t>();
            case 0xd4: return extension(1);
            case 0xd5: return extension(2);
            case 0xd6: return extension(4);
            case 0xd7: return extension(8);
            case 0xd8: return extension(16);
            case 0xd9: return text(big_endian(1));
            case 0xda: return text(big_endian(2));
            case 0xdb: return text(big_endian(4));
            case 0xdc: return list(big_endian(2), depth);
            case 0xdd: return list(big_endian(4), depth);
            case 0xde: return map(big_endian(2), depth);
            case 0xdf: return map(big_endian(4), depth);
            default: throw Malformed{};
        }
    }

    std::string_view left_;
    int values_ = 0;
};

}  // namespace

std::optional<double> Value::number() const {
    if (const auto* value = as<double>()) return *value;
    if (const auto* value = as<std::int64_t>()) return static_cast<double>(*value);
    if (const auto* value = as<std::uint64_t>()) return static_cast<double>(*value);
    return std::nullopt;
}

const Value* Value::find(std::string_view key) const {
    const Value* found = nullptr;
    if (const auto* map = as<Map>())
        for (const Entry& entry : *map)
            if (entry.key == key) found = &entry.value;
    return found;
}

std::optional<Value> read(std::string_view bytes) {
    try {
        return Reader(bytes).document();
    } catch (const Malformed&) {
        return std::nullopt;
    }
}

bool is_utf8(std::string_view text) {
    // The ranges of Unicode's table 3-7: no overlong forms, no surrogates, nothing beyond U+10FFFF.
    std::size_t i = 0;
    const auto at = [&](std::size_t k) { return k < text.size() ? static_cast<unsigned char>(text[k]) : 0U; };
    while (i < text.size()) {
        const unsigned first = at(i);
        if (first < 0x80) {
            ++i;
            continue;
        }
        if (first < 0xc2 || first > 0xf4) return false;
        const std::size_t more = first < 0xe0 ? 1 : first < 0xf0 ? 2 : 3;
        const unsigned lowest = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
        const unsigned highest = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
        if (at(i + 1) < lowest || at(i + 1) > highest) return false;
        for (std::size_t k = 2; k <= more; ++k)
            if ((at(i + k) & 0xc0U) != 0x80U) return false;
        i += more + 1;
    }
    return true;
}

void Writer::big_endian(std::uint64_t value, int bytes) {
    for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) byte(static_cast<unsigned>(value >> shift) & 0xffU);
}

void Writer::head(unsigned code, std::uint64_t value, int bytes) {
    byte(code);
    big_endian(value, bytes);
}

void Writer::null() { byte(0xc0); }

void Writer::boolean(bool value) { byte(value ? 0xc3 : 0xc2); }

void Writer::integer(std::int64_t value) {
    const auto bits = static_cast<std::uint64_t>(value);
    if (value >= 0) return unsigned_integer(bits);
    if (value >= -32) return byte(static_cast<unsigned>(bits & 0xff));
    if (value >= std::numeric_limits<std::int8_t>::min()) return head(0xd0, bits & 0xff, 1);
    if (value >= std::numeric_limits<std::int16_t>::min()) return head(0xd1, bits & 0xffff, 2);
    if (value >= std::numeric_limits<std::int32_t>::min()) return head(0xd2, bits & 0xffffffff, 4);
    head(0xd3, bits, 8);
}

void Writer::unsigned_integer(std::uint64_t value) {
    if (value <= 0x7f) return byte(static_cast<unsigned>(value));
    if (value <= 0xff) return head(0xcc, value, 1);
    if (value <= 0xffff) return head(0xcd, value, 2);
    if (value <= 0xffffffff) return head(0xce, value, 4);
    head(0xcf, value, 8);
}

void Writer::number(double value) {
    std::uint64_t bits;
    std::memcpy(&bits, &value, sizeof bits);
    head(0xcb, bits, 8);
}

void Writer::text(std::string_view value) {
    const std::uint64_t size = value.size();
    if (size <= 31) byte(0xa0U | static_cast<unsigned>(size));
    else if (size <= 0xff) head(0xd9, size, 1);
    else if (size <= 0xffff) head(0xda, size, 2);
    else head(0xdb, size, 4);
    out_.append(value);
}

void Writer::bytes(std::string_view value) {
    const std::uint64_t size = value.size();
    if (size <= 0xff) head(0xc4, size, 1);
    else if (size <= 0xffff) head(0xc5, size, 2);
    else head(0xc6, size, 4);
    out_.append(value);
}

void Writer::extension(int type, std::string_view data) {
    const std::uint64_t size = data.size();
    switch (size) {
        case 1: byte(0xd4); break;
        case 2: byte(0xd5); break;
        case 4: byte(0xd6); break;
        case 8: byte(0xd7); break;
        case 16: byte(0xd8); break;
        default:
            if (size <= 0xff) head(0xc7, size, 1);
            else if (size <= 0xffff) head(0xc8, size, 2);
            else head(0xc9, size, 4);
    }
    byte(static_cast<unsigned>(type) & 0xffU);
    out_.append(data);
}

void Writer::list(std::size_t count) {
    if (count <= 15) byte(0x90U | static_cast<unsigned>(count));
    else if (count <= 0xffff) head(0xdc, count, 2);
    else head(0xdd, count, 4);
}

void Writer::map(std::size_t count) {
    if (count <= 15) byte(0x80U | static_cast<unsigned>(count));
    else if (count <= 0xffff) head(0xde, count, 2);
    else head(0xdf, count, 4);
}

void Writer::value(const Value& value) {
    if (value.is_null()) return null();
    if (const auto* held = value.as<bool>()) return boolean(*held);
    if (const auto* held = value.as<std::int64_t>()) return integer(*held);
    if (const auto* held = value.as<std::uint64_t>()) return unsigned_integer(*held);
    if (const auto* held = value.as<double>()) return number(*held);
    if (const auto* held = value.as<std::string>()) return text(*held);
    if (const auto* held = value.as<Bytes>()) return bytes(held->data);
    if (const auto* held = value.as<Extension>()) return extension(held->type, held->data);
    if (const auto* held = value.as<List>()) {
        list(held->size());
        for (const Value& item : *held) this->value(item);
    }
    if (const auto* held = value.as<Map>()) {
        map(held->size());
        for (const Entry& entry : *held) {
            text(entry.key);
            this->value(entry.value);
        }
    }
}

}  // namespace eca::msgpack

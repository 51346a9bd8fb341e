// MessagePack (https://msgpack.org), as much as the controller protocol uses.
//
// Reading makes a tree of values, writing is a stream. What is read comes from anybody, so reading has bounds: on the
// depth, on the number of values (a megabyte of garbage could ask for a gigabyte of tree), and on every length, which
// must fit into the bytes that are there before anything is made for it. Texts are valid UTF-8, since they are sent on
// to readers in other languages.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace eca::msgpack {

constexpr int kMaxDepth = 32;
constexpr int kMaxValues = 10'000;

struct Value;
struct Entry;

struct Bytes {
    std::string data;
};

struct Extension {
    int type = 0;
    std::string data;
};

using List = std::vector<Value>;
/// Keys are texts; a map with other keys is not read. The order is kept.
using Map = std::vector<Entry>;

/// One value. An integer is an int64_t wherever it fits, and a uint64_t beyond.
struct Value {
    std::variant<std::monostate, bool, std::int64_t, std::uint64_t, double, std::string, Bytes, List, Map, Extension>
        held;

    bool is_null() const { return std::holds_alternative<std::monostate>(held); }
    template <typename T>
    const T* as() const {
        return std::get_if<T>(&held);
    }
    /// The number, whether it was sent as an integer or not.
    std::optional<double> number() const;
    /// What a map holds under a key; null where this is no map or has no such key. The last one wins.
    const Value* find(std::string_view key) const;
};

struct Entry {
    std::string key;
    Value value;
};

/// Read one document. Nothing where the bytes are not exactly one value, or beyond the bounds above.
std::optional<Value> read(std::string_view bytes);

/// Writes a document, each value in its shortest form.
class Writer {
  public:
    void null();
    void boolean(bool value);
    void integer(std::int64_t value);
    void unsigned_integer(std::uint64_t value);
    void number(double value);
    void text(std::string_view value);
    void bytes(std::string_view value);
    void extension(int type, std::string_view data);
    /// The next `count` values are its items.
    void list(std::size_t count);
    /// The next `count` pairs of a text and a value are its entries.
    void map(std::size_t count);
    void value(const Value& value);
    /// A document that was written elsewhere.
    void raw(std::string_view document) { out_.append(document); }

    const std::string& str() const { return out_; }

  private:
    void byte(unsigned value) { out_.push_back(static_cast<char>(value)); }
    void big_endian(std::uint64_t value, int bytes);
    void head(unsigned code, std::uint64_t value, int bytes);

    std::string out_;
};

bool is_utf8(std::string_view text);

}  // namespace eca::msgpack

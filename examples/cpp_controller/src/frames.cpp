#include "frames.hpp"

#include <cstring>

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "arrays are sent as they lie in memory, and the protocol says little-endian"
#endif

namespace eca {
namespace {

constexpr int kArrayExtension = 1;
constexpr std::string_view kFloat64 = "<f8";

/// Take a field of the header, where it is there. False where it has another type.
template <typename T>
bool take(const msgpack::Value& header, std::string_view name, T& into) {
    const msgpack::Value* value = header.find(name);
    if (value == nullptr) return true;
    const T* held = value->as<T>();
    if (held != nullptr) into = *held;
    return held != nullptr;
}

bool take_ttl(const msgpack::Value& header, std::optional<double>& into) {
    const msgpack::Value* value = header.find("ttl_s");
    if (value == nullptr || value->is_null()) return true;
    into = value->number();
    return into.has_value();
}

/// Whether the header's `sizes` are those of the buffer frames.
bool sizes_fit(const msgpack::Value& header, const std::vector<std::string>& frames) {
    msgpack::List sizes;
    if (!take(header, "sizes", sizes) || sizes.size() != frames.size() - 2) return false;
    for (std::size_t i = 0; i < sizes.size(); ++i) {
        const auto* size = sizes[i].as<std::int64_t>();
        if (size == nullptr || *size < 0 || static_cast<std::uint64_t>(*size) != frames[i + 2].size()) return false;
    }
    return true;
}

}  // namespace

std::optional<Message> read_message(const std::vector<std::string>& frames) {
    if (frames.size() < 2 || frames.size() > kMaxFrames || frames[0] != kMagic) return std::nullopt;
    for (const std::string& frame : frames)
        if (frame.size() > kMaxFrameBytes) return std::nullopt;
    std::optional<msgpack::Value> header = msgpack::read(frames[1]);
    if (!header || header->as<msgpack::Map>() == nullptr || header->find("type") == nullptr) return std::nullopt;
    Message message;
    const bool well_formed = take(*header, "type", message.type) && take(*header, "id", message.id) &&
                             take(*header, "session", message.session) && take(*header, "seq", message.seq) &&
                             take(*header, "lease", message.lease) && take_ttl(*header, message.ttl_s) &&
                             take(*header, "time_ns", message.time_ns) && sizes_fit(*header, frames);
    if (!well_formed) return std::nullopt;
    if (const msgpack::Value* body = header->find("body")) message.body = *body;
    message.buffers.assign(frames.begin() + 2, frames.end());
    return message;
}

std::optional<Array> read_array(const Message& message, const msgpack::Value* place) {
    const auto* extension = place == nullptr ? nullptr : place->as<msgpack::Extension>();
    if (extension == nullptr || extension->type != kArrayExtension) return std::nullopt;
    const std::optional<msgpack::Value> inner = msgpack::read(extension->data);
    const auto* fields = inner ? inner->as<msgpack::List>() : nullptr;
    if (fields == nullptr || fields->size() != 3) return std::nullopt;
    const auto* index = (*fields)[0].as<std::int64_t>();
    const auto* dtype = (*fields)[1].as<std::string>();
    const auto* shape = (*fields)[2].as<msgpack::List>();
    if (index == nullptr || dtype == nullptr || shape == nullptr || *dtype != kFloat64) return std::nullopt;
    if (*index < 0 || static_cast<std::uint64_t>(*index) >= message.buffers.size()) return std::nullopt;
    const std::string& buffer = message.buffers[static_cast<std::size_t>(*index)];

    Array array;
    std::size_t count = 1;
    for (const msgpack::Value& item : *shape) {
        const auto* extent = item.as<std::int64_t>();
        // A product that stays below the largest frame cannot overflow.
        if (extent == nullptr || *extent < 0) return std::nullopt;
        if (static_cast<std::uint64_t>(*extent) > kMaxFrameBytes) return std::nullopt;
        array.shape.push_back(static_cast<std::size_t>(*extent));
        count *= array.shape.back();
        if (count > kMaxFrameBytes) return std::nullopt;
    }
    if (count * sizeof(double) != buffer.size()) return std::nullopt;
    array.data.resize(count);
    if (count > 0) std::memcpy(array.data.data(), buffer.data(), buffer.size());
    return array;
}

void BodyWriter::array(const double* data, const std::vector<std::size_t>& shape) {
    std::size_t count = 1;
    msgpack::Writer place;
    place.list(3);
    place.unsigned_integer(buffers_.size());
    place.text(kFloat64);
    place.list(shape.size());
    for (const std::size_t extent : shape) {
        place.unsigned_integer(extent);
        count *= extent;
    }
    extension(kArrayExtension, place.str());
    buffers_.emplace_back(reinterpret_cast<const char*>(data), count * sizeof(double));
}

std::vector<std::string> write_message(const Message& header, const BodyWriter& body) {
    const auto& buffers = body.buffers();
    msgpack::Writer out;
    out.map(2U + (header.id != 0) + !header.session.empty() + (header.seq != 0) + (header.lease != 0) +
            header.ttl_s.has_value() + (header.time_ns != 0) + !buffers.empty());
    const auto integer = [&](std::string_view name, std::int64_t value) {
        if (value == 0) return;
        out.text(name);
        out.integer(value);
    };
    out.text("type");
    out.text(header.type);
    integer("id", header.id);
    if (!header.session.empty()) {
        out.text("session");
        out.text(header.session);
    }
    integer("seq", header.seq);
    integer("lease", header.lease);
    if (header.ttl_s) {
        out.text("ttl_s");
        out.number(*header.ttl_s);
    }
    integer("time_ns", header.time_ns);
    if (!buffers.empty()) {
        out.text("sizes");
        out.list(buffers.size());
        for (const std::string& buffer : buffers) out.unsigned_integer(buffer.size());
    }
    out.text("body");
    out.raw(body.str());
    std::vector<std::string> frames{std::string(kMagic), out.str()};
    frames.insert(frames.end(), buffers.begin(), buffers.end());
    return frames;
}

}  // namespace eca

// Reads messages, one a line, frames in hex between blanks, and writes each again as this codec would: `dropped` for
// what is no message. Another implementation compares.
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

#include "../src/frames.hpp"

namespace {

std::string from_hex(const std::string& digits) {
    std::string bytes;
    for (std::size_t i = 0; i + 1 < digits.size(); i += 2)
        bytes.push_back(static_cast<char>(std::stoi(digits.substr(i, 2), nullptr, 16)));
    return bytes;
}

std::string to_hex(const std::string& bytes) {
    constexpr char digits[] = "0123456789abcdef";
    std::string out;
    for (const char c : bytes) {
        out.push_back(digits[static_cast<unsigned char>(c) >> 4]);
        out.push_back(digits[static_cast<unsigned char>(c) & 15]);
    }
    return out;
}

/// The body with its arrays written anew by BodyWriter where they are arrays of this protocol.
void write_body(const eca::Message& message, const eca::msgpack::Value& value, eca::BodyWriter& out) {
    if (const auto array = eca::read_array(message, &value)) {
        out.array(array->data.data(), array->shape);
    } else if (const auto* list = value.as<eca::msgpack::List>()) {
        out.list(list->size());
        for (const auto& item : *list) write_body(message, item, out);
    } else if (const auto* map = value.as<eca::msgpack::Map>()) {
        out.map(map->size());
        for (const auto& entry : *map) {
            out.text(entry.key);
            write_body(message, entry.value, out);
        }
    } else {
        out.value(value);
    }
}

}  // namespace

int main() {
    for (std::string line; std::getline(std::cin, line);) {
        std::istringstream words(line);
        std::vector<std::string> frames;
        // "-" stands for an empty frame.
        for (std::string word; words >> word;) frames.push_back(word == "-" ? "" : from_hex(word));
        const auto message = eca::read_message(frames);
        if (!message) {
            std::cout << "dropped\n";
            continue;
        }
        eca::BodyWriter body;
        write_body(*message, message->body, body);
        for (const std::string& frame : eca::write_message(*message, body))
            std::cout << (frame.empty() ? "-" : to_hex(frame)) << ' ';
        std::cout << '\n';
    }
}

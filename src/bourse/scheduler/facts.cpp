#include <bourse/scheduler/facts.hpp>

#include <nlohmann/json.hpp>

#include <type_traits>

namespace bourse::scheduler {
namespace {

using Json = nlohmann::json;

class FactWriter {
public:
    template <class T>
    void operator()(const char* name, const T& value) {
        put(name, value);
    }
    std::string text() const { return object_.dump(-1, ' ', false, Json::error_handler_t::replace); }

private:
    void put(const char* name, const std::string& value) {
        if (!value.empty()) object_[name] = value;
    }
    void put(const char* name, std::uint64_t value) { object_[name] = value; }
    void put(const char* name, bool value) { object_[name] = value; }
    void put(const char* name, const std::optional<std::int64_t>& value) {
        if (value) object_[name] = *value;
    }
    void put(const char* name, const Uint256& value) { object_[name] = to_decimal(value); }
    void put(const char* name, const Bytes& value) {
        if (!value.empty()) object_[name] = to_hex(value);
    }
    template <std::size_t N, class Tag>
    void put(const char* name, const FixedBytes<N, Tag>& value) {
        if (!value.is_zero()) object_[name] = to_hex(value);
    }
    template <class Tag>
    void put(const char* name, const Id<Tag>& value) {
        object_[name] = to_hex(value);
    }
    template <class E>
    requires std::is_enum_v<E>
    void put(const char* name, E value) { object_[name] = static_cast<std::uint64_t>(value); }
    void put(const char* name, const std::vector<std::string>& value) {
        if (!value.empty()) object_[name] = value;
    }
    void put(const char* name, const std::vector<TaskId>& value) {
        auto list = Json::array();
        for (const auto& id : value) list.push_back(to_hex(id));
        object_[name] = std::move(list);
    }

    Json object_ = Json::object();
};

/// The mirror image; members that the writer leaves out when empty may be absent.
class FactReader {
public:
    explicit FactReader(const Json& object) : object_(object) {}
    template <class T>
    void operator()(const char* name, T& value) {
        const auto found = object_.find(name);
        if (found == object_.end()) return;
        good_ = take(*found, value) && good_;
    }
    bool good() const noexcept { return good_; }

private:
    static bool take(const Json& json, std::string& value) {
        if (!json.is_string()) return false;
        value = json.get<std::string>();
        return true;
    }
    static bool take(const Json& json, std::uint64_t& value) {
        if (!json.is_number_unsigned()) return false;
        value = json.get<std::uint64_t>();
        return true;
    }
    static bool take(const Json& json, bool& value) {
        if (!json.is_boolean()) return false;
        value = json.get<bool>();
        return true;
    }
    static bool take(const Json& json, std::optional<std::int64_t>& value) {
        if (!json.is_number_integer()) return false;
        value = json.get<std::int64_t>();
        return true;
    }
    static bool take(const Json& json, Uint256& value) {
        const auto parsed = json.is_string() ? uint256_from_decimal(json.get_ref<const std::string&>()) : std::nullopt;
        if (parsed) value = *parsed;
        return parsed.has_value();
    }
    static bool take(const Json& json, Bytes& value) {
        auto parsed = json.is_string() ? from_hex(json.get_ref<const std::string&>()) : std::nullopt;
        if (parsed) value = *std::move(parsed);
        return parsed.has_value();
    }
    template <std::size_t N, class Tag>
    static bool take(const Json& json, FixedBytes<N, Tag>& value) {
        if (!json.is_string()) return false;
        const auto parsed = fixed_from_hex<FixedBytes<N, Tag>>(json.get_ref<const std::string&>());
        if (parsed) value = *parsed;
        return parsed.has_value();
    }
    template <class Tag>
    static bool take(const Json& json, Id<Tag>& value) {
        return take(json, value.hash);
    }
    template <class E>
    requires std::is_enum_v<E>
    static bool take(const Json& json, E& value) {
        if (!json.is_number_unsigned() || json.get<std::uint64_t>() > 7) return false;
        value = static_cast<E>(json.get<std::uint64_t>());
        return true;
    }
    static bool take(const Json& json, std::vector<std::string>& value) {
        if (!json.is_array()) return false;
        for (const auto& item : json) {
            if (!take(item, value.emplace_back())) return false;
        }
        return true;
    }
    static bool take(const Json& json, std::vector<TaskId>& value) {
        if (!json.is_array()) return false;
        for (const auto& item : json) {
            if (!take(item, value.emplace_back())) return false;
        }
        return true;
    }

    const Json& object_;
    bool good_ = true;
};

template <std::size_t I = 0>
std::optional<Fact> read_fact(std::string_view kind, const Json& object) {
    if constexpr (I == std::variant_size_v<Fact>) {
        return std::nullopt;
    } else {
        using Type = std::variant_alternative_t<I, Fact>;
        if (kind != Type::kKind) return read_fact<I + 1>(kind, object);
        Type fact;
        FactReader reader(object);
        Type::visit_members(fact, reader);
        if (!reader.good()) return std::nullopt;
        return Fact(std::move(fact));
    }
}

}  // namespace

std::string_view kind_of(const Fact& fact) noexcept {
    return std::visit([](const auto& f) { return std::decay_t<decltype(f)>::kKind; }, fact);
}

std::string body_of(const Fact& fact) {
    FactWriter writer;
    std::visit([&](const auto& f) { std::decay_t<decltype(f)>::visit_members(f, writer); }, fact);
    return writer.text();
}

Result<Fact> fact_from(std::string_view kind, std::string_view body) {
    const auto object = Json::parse(body, nullptr, false);
    auto fact = object.is_object() ? read_fact(kind, object) : std::nullopt;
    if (!fact) {
        return fail("EVENT_DAMAGED", "The scheduler's log holds an event that cannot be read (" + std::string(kind) +
                                         "). It was written by a newer program, or the database is damaged.");
    }
    return *std::move(fact);
}

}  // namespace bourse::scheduler

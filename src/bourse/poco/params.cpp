#include <bourse/poco/params.hpp>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

namespace bourse::poco {
namespace {

using nlohmann::json;

constexpr std::array<std::string_view, 4> kHistoricKeys{"iexec_developer_logger", "iexec_tee_post_compute_image",
                                                        "iexec_tee_post_compute_fingerprint",
                                                        "iexec_result_encryption_public_key"};

enum class Strictness { kTolerant, kStrict };

bool is_decimal_key(const std::string& key) {
    return uint256_from_decimal(key).has_value() && (key.size() == 1 || key[0] != '0');
}

/// A value that does not fit its key: an error when strict, else a warning, and the key counts as absent.
Status<> bad_value(TaskParams& params, Strictness mode, std::string_view key, std::string_view needed) {
    std::string text = "\"" + std::string(key) + "\" must be " + std::string(needed) + ".";
    if (mode == Strictness::kStrict) return fail("PARAMS_INVALID", std::move(text));
    params.warnings.push_back(text + " It was ignored.");
    return {};
}

Status<> read_text(TaskParams& params, Strictness mode, const std::string& key, const json& value, std::string& into) {
    if (!value.is_string()) return bad_value(params, mode, key, "a text");
    into = value.get<std::string>();
    return {};
}

Status<> read_input_files(TaskParams& params, Strictness mode, const json& value) {
    const auto is_text = [](const json& entry) { return entry.is_string(); };
    if (!value.is_array() || !std::all_of(value.begin(), value.end(), is_text))
        return bad_value(params, mode, "iexec_input_files", "a list of URLs");
    params.input_files = value.get<std::vector<std::string>>();
    return {};
}

/// Confidentiality: malformed is an error in either mode.
Status<> read_secrets(TaskParams& params, const json& value) {
    const auto refuse = [] {
        return fail("PARAMS_INVALID",
                    "\"iexec_secrets\" must be an object from numbers of 1 and more to secret names.");
    };
    if (!value.is_object()) return refuse();
    for (const auto& [key, name] : value.items()) {
        const auto index = uint256_from_decimal(key);
        if (!index || index->is_zero() || !index->fits_u64() || !name.is_string()) return refuse();
        params.secrets[index->low_u64()] = name.get<std::string>();
    }
    return {};
}

Status<> read_storage(TaskParams& params, Strictness mode, const json& value) {
    if (!value.is_string() || (value != "ipfs" && value != "dropbox"))
        return bad_value(params, mode, "iexec_result_storage_provider", "\"ipfs\" or \"dropbox\"");
    params.result_storage_provider = value.get<std::string>();
    return {};
}

Status<> read_unknown(TaskParams& params, Strictness mode, const std::string& key) {
    if (mode == Strictness::kStrict)
        return fail("PARAMS_UNKNOWN_KEY", "The parameter \"" + key + "\" is unknown; remove it or correct its name.");
    if (std::find(kHistoricKeys.begin(), kHistoricKeys.end(), key) == kHistoricKeys.end())
        params.warnings.push_back("The unknown parameter \"" + key + "\" was ignored.");
    return {};
}

Status<> read_key(TaskParams& params, Strictness mode, const std::string& key, const json& value) {
    if (key == "iexec_args") return read_text(params, mode, key, value, params.args);
    if (key == "iexec_input_files") return read_input_files(params, mode, value);
    if (key == "iexec_secrets") return read_secrets(params, value);
    if (key == "iexec_result_storage_provider") return read_storage(params, mode, value);
    if (key == "iexec_result_storage_proxy") return read_text(params, mode, key, value, params.result_storage_proxy);
    if (key == "bulk_cid") return read_text(params, mode, key, value, params.bulk_cid);
    if (key == "iexec_result_encryption") {
        if (!value.is_boolean()) return fail("PARAMS_INVALID", "\"iexec_result_encryption\" must be true or false.");
        params.result_encryption = value.get<bool>();
        return {};
    }
    return read_unknown(params, mode, key);
}

Status<> read_per_task(TaskParams& params, Strictness mode, const json& object) {
    params.is_per_task = true;
    for (const auto& [key, value] : object.items()) {
        if (value.is_string())
            params.per_task[*uint256_from_decimal(key)] = value.get<std::string>();
        else
            BOURSE_CHECK(bad_value(params, mode, key, "a text (the arguments of the task with this index)"));
    }
    return {};
}

Result<TaskParams> parse(std::string_view text, Strictness mode) {
    if (text.size() > kMaxParamsBytes)
        return fail("PARAMS_TOO_LONG", "The parameters are longer than 8 KiB; pass large inputs as files.");
    TaskParams params;
    const json document = json::parse(text, nullptr, false);
    if (!document.is_object()) {
        params.args = std::string(text);
        return params;
    }
    bool decimal = !document.empty();
    for (const auto& [key, value] : document.items()) decimal = decimal && is_decimal_key(key);
    if (decimal) {
        BOURSE_CHECK(read_per_task(params, mode, document));
        return params;
    }
    for (const auto& [key, value] : document.items()) BOURSE_CHECK(read_key(params, mode, key, value));
    return params;
}

std::string dump(const json& document) { return document.dump(-1, ' ', false, json::error_handler_t::replace); }

}  // namespace

std::string TaskParams::args_of(const Uint256& index) const {
    if (!is_per_task) return args;
    const auto found = per_task.find(index);
    return found == per_task.end() ? std::string() : found->second;
}

std::string TaskParams::to_text() const {
    json out = json::object();
    if (is_per_task) {
        for (const auto& [index, line] : per_task) out[to_decimal(index)] = line;
        return out.empty() ? std::string() : dump(out);
    }
    if (!args.empty()) out["iexec_args"] = args;
    if (!input_files.empty()) out["iexec_input_files"] = input_files;
    if (result_encryption) out["iexec_result_encryption"] = true;
    if (result_storage_provider != "ipfs") out["iexec_result_storage_provider"] = result_storage_provider;
    if (!result_storage_proxy.empty()) out["iexec_result_storage_proxy"] = result_storage_proxy;
    for (const auto& [index, name] : secrets) out["iexec_secrets"][std::to_string(index)] = name;
    if (!bulk_cid.empty()) out["bulk_cid"] = bulk_cid;
    return out.empty() ? std::string() : dump(out);
}

Result<TaskParams> parse_params(std::string_view text) { return parse(text, Strictness::kTolerant); }
Result<TaskParams> parse_params_strict(std::string_view text) { return parse(text, Strictness::kStrict); }

namespace {

/// One word at a time; quotes join, a backslash takes the next character as it is (in single quotes it is itself).
class ArgsSplitter {
public:
    Result<std::vector<std::string>> split(std::string_view text) {
        for (std::size_t i = 0; i < text.size(); ++i) {
            const char c = text[i];
            if (c == '\\' && quote_ != '\'') {
                if (++i == text.size()) return fail("ARGS_UNTERMINATED", "The arguments end with a backslash.");
                put(text[i]);
            } else if (quote_ != 0) {
                if (c == quote_)
                    quote_ = 0;
                else
                    put(c);
            } else if (c == '"' || c == '\'') {
                quote_ = c;
                in_word_ = true;
            } else if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
                end_word();
            } else {
                put(c);
            }
        }
        if (quote_ != 0) return fail("ARGS_UNTERMINATED", "A quote in the arguments is not closed.");
        end_word();
        return std::move(words_);
    }

private:
    void put(char c) {
        word_ += c;
        in_word_ = true;
    }
    void end_word() {
        if (in_word_) words_.push_back(std::move(word_));
        word_.clear();
        in_word_ = false;
    }

    std::vector<std::string> words_;
    std::string word_;
    char quote_ = 0;
    bool in_word_ = false;
};

}  // namespace

Result<std::vector<std::string>> split_args(std::string_view text) { return ArgsSplitter().split(text); }

}  // namespace bourse::poco

#include <bourse/worker/app_contract.hpp>

#include <bourse/crypto/hash.hpp>
#include <bourse/poco/params.hpp>

#include <algorithm>

namespace bourse::worker {
namespace {

constexpr std::string_view kStandardPath = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

void set_variable(std::vector<std::string>& env, std::string_view name, std::string_view value) {
    const std::string start = std::string(name) + "=";
    std::erase_if(env, [&](const std::string& entry) { return entry.starts_with(start); });
    env.push_back(start + std::string(value));
}

}  // namespace

std::string dataset_file_name(const Address& dataset) { return to_hex(dataset); }
std::string input_file_name(std::string_view url) { return to_hex(crypto::sha256(as_bytes(url))); }

std::vector<std::string> app_environment(const ImageConfig& image, const AppContract& contract) {
    std::vector<std::string> env = image.env;
    std::erase_if(env, [](const std::string& entry) { return entry.find('=') == std::string::npos; });
    if (std::ranges::none_of(env, [](const std::string& entry) { return entry.starts_with("PATH="); }))
        env.emplace_back(kStandardPath);
    const std::string index = std::to_string(contract.index);
    const std::string dataset = contract.dataset.is_zero() ? "" : dataset_file_name(contract.dataset);
    set_variable(env, "HOME", "/tmp");
    set_variable(env, "IEXEC_DEAL_ID", to_hex(contract.deal));
    set_variable(env, "IEXEC_TASK_ID", to_hex(contract.task));
    set_variable(env, "IEXEC_TASK_INDEX", index);
    set_variable(env, "IEXEC_IN", "/iexec_in");
    set_variable(env, "IEXEC_OUT", "/iexec_out");
    set_variable(env, "IEXEC_BOT_SIZE", to_decimal(contract.bot_size));
    set_variable(env, "IEXEC_BOT_FIRST_INDEX", to_decimal(contract.bot_first));
    set_variable(env, "IEXEC_BOT_TASK_INDEX", index);
    set_variable(env, "IEXEC_DATASET_ADDRESS", dataset);
    set_variable(env, "IEXEC_DATASET_FILENAME", dataset);
    set_variable(env, "IEXEC_INPUT_FILES_FOLDER", "/iexec_in");
    set_variable(env, "IEXEC_INPUT_FILES_NUMBER", std::to_string(contract.input_names.size()));
    for (std::size_t i = 0; i < contract.input_names.size(); ++i)
        set_variable(env, "IEXEC_INPUT_FILE_NAME_" + std::to_string(i + 1), contract.input_names[i]);
    return env;
}

Result<std::vector<std::string>> app_arguments(const ImageConfig& image, std::string_view args) {
    BOURSE_TRY(const auto words, poco::split_args(args));
    std::vector<std::string> argv = image.entrypoint;
    const auto& rest = words.empty() ? image.cmd : words;
    argv.insert(argv.end(), rest.begin(), rest.end());
    if (argv.empty())
        return fail("APP_PROGRAM_MISSING", "The image has neither Entrypoint nor Cmd, and there are no arguments.");
    return argv;
}

}  // namespace bourse::worker

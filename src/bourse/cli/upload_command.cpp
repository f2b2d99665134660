// bourse upload FILE: a file for others to read, e.g. an input file of tasks.
#include <bourse/cli/command.hpp>
#include <bourse/cli/upload.hpp>
#include <bourse/codec/text.hpp>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

namespace bourse::cli {

namespace {

Result<Answer> upload_verb(Context& context, const std::string& file) {
    BOURSE_TRY(const auto store, context.store());
    BOURSE_TRY(const auto owner, context.wallet_address());
    BOURSE_TRY(const auto stored, upload_file(context, file));
    const auto location = "/ipfs/" + stored.digests.cid;
    const auto kept = stored.expires_ms ? "until " + time_text(*stored.expires_ms / 1000) +
                                              ", and for good once a dataset on chain refers to it"
                                        : "for good: a dataset on chain refers to it";
    Answer answer;
    answer.data = {{"file", file},
                   {"owner", to_checksum(owner)},
                   {"cid", stored.digests.cid},
                   {"location", location},
                   {"url", store.url() + location},
                   {"checksum", to_hex(stored.digests.sha256)},
                   {"size", stored.digests.size_bytes},
                   {"resumed", stored.resumed_bytes},
                   {"expires", stored.expires_ms ? nlohmann::json(*stored.expires_ms) : nlohmann::json(nullptr)}};
    answer.text = fields({{"location", location},
                          {"url", store.url() + location},
                          {"checksum", to_hex(stored.digests.sha256)},
                          {"size", fmt::format("{} bytes", stored.digests.size_bytes)},
                          {"kept", kept}});
    return answer;
}

}  // namespace

Result<client::StoredFile> upload_file(Context& context, const std::string& file) {
    BOURSE_TRY(const auto store, context.store());
    BOURSE_TRY(const auto key, context.key());
    const auto what = "Uploading " + file;
    context.progress().stage(what);
    return store.upload(file, key, [&](std::uint64_t done, std::uint64_t total) {
        context.progress().stage(what, fmt::format("{} of {} bytes", done, total));
    });
}

void add_upload_command(CLI::App& root, int& exit_code) {
    auto options = std::make_shared<CommonOptions>();
    auto file = std::make_shared<std::string>();
    auto* app = root.add_subcommand("upload", "Keep a file in the market's store; again after a break it goes on");
    app->add_option("file", *file, "The file")->required()->check(CLI::ExistingFile);
    add_network_options(*app, *options);
    add_wallet_options(*app, *options);
    set_examples(*app,
                 "  bourse upload cities.csv --wallet dataset_provider\n  bourse run echo --input-file $(bourse upload "
                 "input.txt --json | jq -r .url)");
    set_verb(*app, options, exit_code, [file](Context& context) { return upload_verb(context, *file); });
}

}  // namespace bourse::cli

// bourse dataset encrypt FILE: as the existing SDK encrypts, so that its tools and enclaves open it.
#include <bourse/cli/dataset_encrypt.hpp>
#include <bourse/client/dataset_crypt.hpp>
#include <bourse/sys/file.hpp>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

namespace bourse::cli {

namespace {

struct EncryptArgs {
    std::string file, out, key_file;
};

/// The key of the file if there is one, else a new one that is written into it, readable by its owner only.
Result<Bytes32> key_of_file(const std::string& path, bool& is_new) {
    is_new = !std::filesystem::exists(path);
    if (!is_new) {
        BOURSE_TRY(const auto text, sys::read_file(path, 1024));
        return client::parse_dataset_key(text);
    }
    const auto key = client::new_dataset_key();
    BOURSE_CHECK(sys::write_file_atomic(path, client::dataset_key_text(key), 0600));
    return key;
}

Result<Answer> encrypt_verb(Context& context, EncryptArgs args) {
    if (args.out.empty()) args.out = args.file + ".enc";
    if (args.key_file.empty()) args.key_file = args.file + ".key";
    if (std::filesystem::exists(args.out))
        return fail("ALREADY_THERE", fmt::format("{} is there already. Give another --out, or remove it.", args.out));
    bool is_new = false;
    BOURSE_TRY(const auto key, key_of_file(args.key_file, is_new));
    context.progress().stage("Encrypting " + args.file);
    BOURSE_CHECK(client::encrypt_dataset(args.file, args.out, key));
    BOURSE_TRY(const auto digests, client::digests_of_file(args.out));
    Answer answer;
    answer.data = {{"file", args.out},
                   {"key_file", args.key_file},
                   {"key_is_new", is_new},
                   {"checksum", to_hex(digests.sha256)},
                   {"size", digests.size_bytes}};
    answer.text =
        fields({{"encrypted", args.out},
                {"key", args.key_file + (is_new ? " (new: keep it, nobody can open the data without it)" : "")},
                {"checksum", to_hex(digests.sha256)},
                {"size", fmt::format("{} bytes", digests.size_bytes)},
                {"next", fmt::format("bourse dataset deploy --file {}", args.out)}});
    return answer;
}

}  // namespace

void add_dataset_encrypt(CLI::App& group, int& exit_code) {
    auto options = std::make_shared<CommonOptions>();
    auto args = std::make_shared<EncryptArgs>();
    auto* app = group.add_subcommand("encrypt", "Encrypt a file with AES-256, as the existing SDK does");
    app->add_option("file", args->file, "The file")->required()->check(CLI::ExistingFile);
    app->add_option("--out", args->out, "Where to (default FILE.enc)");
    app->add_option("--key", args->key_file, "File of the key; made if it is not there (default FILE.key)");
    add_output_options(*app, *options);
    set_examples(*app,
                 "  bourse dataset encrypt cities.csv\n  bourse dataset deploy --name cities --file cities.csv.enc");
    set_verb(*app, options, exit_code, [args](Context& context) { return encrypt_verb(context, *args); });
}

}  // namespace bourse::cli

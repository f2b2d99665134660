// What an app gets to see (middleware §3.8, §9.8): environment, arguments, names of its input files.
#pragma once

#include <bourse/base/bytes.hpp>
#include <bourse/base/result.hpp>
#include <bourse/base/uint256.hpp>
#include <bourse/poco/ids.hpp>
#include <bourse/worker/image_config.hpp>

#include <string>
#include <vector>

namespace bourse::worker {

struct AppContract {
    poco::DealId deal;
    poco::TaskId task;
    std::uint64_t index = 0;  ///< on chain
    Uint256 bot_size;
    Uint256 bot_first;
    Address dataset;                       ///< zero: none
    std::vector<std::string> input_names;  ///< files in /iexec_in
};

/// The image's variables, then ours, which win. HOME is /tmp.
std::vector<std::string> app_environment(const ImageConfig& image, const AppContract& contract);
/// Entrypoint, then the words of `args`, or the image's Cmd when there are none. Errors: ARGS_UNTERMINATED,
/// APP_PROGRAM_MISSING (the image names nothing to run).
Result<std::vector<std::string>> app_arguments(const ImageConfig& image, std::string_view args);
/// The dataset's file name: its address in lower case.
std::string dataset_file_name(const Address& dataset);
/// An input file's name: 0x and the SHA-256 of its URL.
std::string input_file_name(std::string_view url);

}  // namespace bourse::worker

// Finds a secp256k1 key whose Ethereum address starts with a prefix.
//
//   vanitygen PREFIX [SEED]
//
// Candidate number c is keccak256("bourse vanitygen" ‖ SEED ‖ c as 8 bytes, big-endian). Task i of a bag of n tries
// c = i, i + n, i + 2n, …: the tasks share the search without overlap, and each finds one key of its own.
#include <cryptopp/keccak.h>
#include <secp256k1.h>

#include <array>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <string>

namespace {

using Digest = std::array<std::uint8_t, 32>;

Digest keccak(const std::uint8_t* data, std::size_t size) {
    Digest out;
    CryptoPP::Keccak_256 hash;
    hash.Update(data, size);
    hash.Final(out.data());
    return out;
}

std::string hex(const std::uint8_t* data, std::size_t size) {
    constexpr char kDigits[] = "0123456789abcdef";
    std::string out = "0x";
    for (std::size_t i = 0; i < size; ++i) {
        out += kDigits[data[i] >> 4];
        out += kDigits[data[i] & 15];
    }
    return out;
}

std::uint64_t number_from(const char* name, std::uint64_t otherwise) {
    const char* text = std::getenv(name);
    return text != nullptr && *text != '\0' ? std::strtoull(text, nullptr, 10) : otherwise;
}

/// Lower-case digits without 0x; empty if the text is no prefix of an address.
std::string clean_prefix(std::string text) {
    if (text.rfind("0x", 0) == 0 || text.rfind("0X", 0) == 0) text = text.substr(2);
    for (char& c : text) {
        if (c >= 'A' && c <= 'F') c = static_cast<char>(c - 'A' + 'a');
        if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))) return {};
    }
    return text.size() <= 40 ? text : std::string();
}

struct Candidates {
    std::string start;

    Digest key(std::uint64_t counter) const {
        std::string text = start;
        for (int shift = 56; shift >= 0; shift -= 8) text += static_cast<char>(counter >> shift & 0xFF);
        return keccak(reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
    }
};

bool address_of(const secp256k1_context* context, const Digest& key, std::string& address) {
    secp256k1_pubkey point;
    if (secp256k1_ec_pubkey_create(context, &point, key.data()) != 1) return false;
    std::array<std::uint8_t, 65> bytes{};
    std::size_t size = bytes.size();
    secp256k1_ec_pubkey_serialize(context, bytes.data(), &size, &point, SECP256K1_EC_UNCOMPRESSED);
    const Digest hash = keccak(bytes.data() + 1, 64);
    address = hex(hash.data() + 12, 20);
    return true;
}

}  // namespace

int main(int argc, char** argv) {
    const std::string prefix = argc > 1 ? clean_prefix(argv[1]) : "";
    if (prefix.empty()) {
        std::cerr << "usage: vanitygen PREFIX [SEED], PREFIX: 1 to 40 hex digits\n";
        return 2;
    }
    const Candidates candidates{std::string("bourse vanitygen") + (argc > 2 ? argv[2] : "")};
    const std::uint64_t index = number_from("IEXEC_BOT_TASK_INDEX", 0), size = number_from("IEXEC_BOT_SIZE", 1);
    const std::uint64_t step = size > 0 ? size : 1;
    secp256k1_context* context = secp256k1_context_create(SECP256K1_CONTEXT_SIGN);
    std::string address;
    std::uint64_t counter = index, tries = 0;
    for (;; counter += step) {
        ++tries;
        if (address_of(context, candidates.key(counter), address) && address.compare(2, prefix.size(), prefix) == 0)
            break;
    }
    const Digest key = candidates.key(counter);
    const char* out = std::getenv("IEXEC_OUT");
    const std::string folder = out != nullptr ? out : "/iexec_out";
    std::ofstream(folder + "/keypair.txt")
        << "address " << address << "\nprivate key " << hex(key.data(), key.size()) << "\ncounter " << counter << "\n";
    std::ofstream computed(folder + "/computed.json");
    computed << "{\"deterministic-output-path\":\"" << folder << "/keypair.txt\"}";
    computed.close();
    if (!computed) {
        std::cerr << "vanitygen: cannot write to " << folder << "\n";
        return 1;
    }
    std::cout << "task " << index << " of " << size << ": " << address << " after " << tries << " keys\n";
    return 0;
}

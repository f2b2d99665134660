// Tokens of a registry in storage: owner and place of each, the list of all, the list of each owner.
#include <bourse/native/core/record.hpp>
#include <bourse/native/registry/registry.hpp>
#include <bourse/native/registry/registry_tokens.hpp>

namespace bourse::native {
namespace {

// Token slot: bytes 0…7 place in the owner's list plus 1, 12…31 owner.
Bytes32 token_word(const Address& owner, std::uint64_t place) noexcept {
    Bytes32 word = word_of(owner);
    const Bytes32 number = to_be32(place + 1);
    std::copy(number.begin() + 24, number.end(), word.begin());
    return word;
}
std::uint64_t token_place(const Bytes32& word) noexcept {
    return uint256_from_be(ByteView(word).first(8)).low_u64() - 1;
}

Bytes32 owned_key(const Address& owner, std::uint64_t place) noexcept {
    return key_of(Space::kOwnedToken, owner, to_be32(place));
}

void set_owned_count(state::State& state, const Address& registry, const Address& owner, std::uint64_t count) {
    state.set_slot(registry, key_of(Space::kOwnedCount, owner), to_be32(count));
}

void give_token(state::State& state, const Address& registry, const Address& resource, const Address& owner) {
    const std::uint64_t place = owned_count(state, registry, owner);
    state.set_slot(registry, owned_key(owner, place), word_of(resource));
    state.set_slot(registry, key_of(Space::kToken, resource), token_word(owner, place));
    set_owned_count(state, registry, owner, place + 1);
}

/// The last token of the owner takes the free place, as in the enumerable sets of the official contracts.
void take_token(state::State& state, const Address& registry, const Address& resource, const Address& owner) {
    const std::uint64_t place = token_place(state.slot(registry, key_of(Space::kToken, resource)));
    const std::uint64_t last = owned_count(state, registry, owner) - 1;
    if (place != last) {
        const Address moved = address_of(state.slot(registry, owned_key(owner, last)));
        state.set_slot(registry, owned_key(owner, place), word_of(moved));
        state.set_slot(registry, key_of(Space::kToken, moved), token_word(owner, place));
    }
    state.set_slot(registry, owned_key(owner, last), {});
    set_owned_count(state, registry, owner, last);
}

}  // namespace

RegistryConfig load_registry(const state::State& state, const Address& registry) {
    const ByteView record = state.record(registry, key_of(Space::kConfig));
    RegistryConfig config;
    if (record.empty()) return config;
    RecordReader in(record);
    config.owner = in.fixed<Address>();
    config.previous = in.fixed<Address>();
    config.initialized = in.u8() != 0;
    config.count = in.u64();
    config.base_uri = std::string(as_text(in.text()));
    return config;
}

void store_registry(state::State& state, const Address& registry, const RegistryConfig& config) {
    RecordWriter out;
    out.raw(config.owner)
        .raw(config.previous)
        .u8(config.initialized ? 1 : 0)
        .integer(config.count)
        .text(as_bytes(config.base_uri));
    state.set_record(registry, key_of(Space::kConfig), out.take());
}

std::optional<Address> token_owner(const state::State& state, const Address& registry, const Address& resource) {
    const Bytes32 word = state.slot(registry, key_of(Space::kToken, resource));
    if (word.is_zero()) return std::nullopt;
    return address_of(word);
}

std::uint64_t owned_count(const state::State& state, const Address& registry, const Address& owner) {
    return uint256_from_be(state.slot(registry, key_of(Space::kOwnedCount, owner))).low_u64();
}

Address owned_token(const state::State& state, const Address& registry, const Address& owner, std::uint64_t place) {
    return address_of(state.slot(registry, owned_key(owner, place)));
}

Address token_by_index(const state::State& state, const Address& registry, std::uint64_t index) {
    return address_of(state.slot(registry, key_of(Space::kTokenByIndex, index)));
}

void add_token(state::State& state, const Address& registry, const Address& resource, const Address& owner) {
    auto config = load_registry(state, registry);
    state.set_slot(registry, key_of(Space::kTokenByIndex, config.count), word_of(resource));
    ++config.count;
    store_registry(state, registry, config);
    give_token(state, registry, resource, owner);
}

void move_token(state::State& state, const Address& registry, const Address& resource, const Address& from,
                const Address& to) {
    take_token(state, registry, resource, from);
    give_token(state, registry, resource, to);
}

}  // namespace bourse::native

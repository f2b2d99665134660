// Parameters of a call: what the method table declares, checked and typed before a method's function sees them.
#pragma once

#include <bourse/base/bytes.hpp>
#include <bourse/base/uint256.hpp>
#include <bourse/chain/simulation.hpp>
#include <bourse/rpc/errors.hpp>

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace simdjson::dom {
class element;
}

namespace bourse::rpc {

enum class ParamType : std::uint8_t {
    kAddress,
    kHash,
    kBlock,     ///< tag, number, {"blockNumber"} or {"blockHash", "requireCanonical"?}
    kQuantity,  ///< hex without leading zeros
    kSlot,      ///< hex of at most 32 bytes, with or without leading zeros
    kNumber,    ///< JSON number or quantity, below 2^64
    kData,
    kFlag,
    kCall,
    kLogFilter,
    kSubscription,  ///< a filter, or true or false: what a subscription takes beside its kind
    kSlots,         ///< array of slots
    kText,
    kPercentiles,
    kNothing,  ///< only null or an empty object: an extension that is not offered
};
/// How the documentation names a type.
std::string_view to_text(ParamType type) noexcept;

struct ParamSpec {
    std::string_view name;
    ParamType type;
    bool required = true;
};

struct BlockId {
    enum class Kind : std::uint8_t { kLatest, kPending, kEarliest, kNumber, kHash };
    Kind kind = Kind::kLatest;
    std::uint64_t number = 0;
    Hash hash;
};

struct CallArguments {
    chain::CallRequest call;
    std::uint64_t access_list_gas = 0;  ///< part of the intrinsic gas of a transaction with that list (EIP-2930)
};

struct LogArguments {
    std::optional<BlockId> from;
    std::optional<BlockId> to;
    std::optional<Hash> block_hash;
    std::vector<Address> addresses;
    std::vector<std::vector<Hash>> topics;
};

struct SubscriptionArguments {
    LogArguments filter;
    bool full = false;  ///< whole transactions instead of their hashes
};

/// A storage key as it was written: a quantity, or 32 bytes, so that an answer can repeat it.
struct SlotKey {
    Bytes32 key;
    bool is_full = false;
};

using ParamValue =
    std::variant<std::monostate, Address, Hash, BlockId, Uint256, std::uint64_t, Bytes, bool, CallArguments,
                 LogArguments, SubscriptionArguments, std::vector<SlotKey>, std::string, std::vector<double>>;

/// Checked parameters, by position. Absent optional ones are monostate.
class Params {
public:
    template <class T>
    const T& get(std::size_t i) const {
        return std::get<T>(values_[i]);
    }
    template <class T>
    const T* find(std::size_t i) const {
        return i < values_.size() ? std::get_if<T>(&values_[i]) : nullptr;
    }
    /// The block parameter at `i`, or latest.
    BlockId block(std::size_t i) const {
        const auto* id = find<BlockId>(i);
        return id ? *id : BlockId{};
    }

    std::vector<ParamValue> values_;
};

/// `params` is the request's member, or null where it has none. Errors: −32602 with geth's texts.
RpcResult<Params> parse_params(const simdjson::dom::element* params, std::span<const ParamSpec> specs);

inline constexpr std::size_t kMaxFilterItems = 1000;

}  // namespace bourse::rpc

#include <bourse/codec/abi.hpp>
#include <bourse/poco/error_text.hpp>
#include <bourse/poco/match.hpp>
#include <bourse/poco/selectors.hpp>

#include <array>
#include <utility>

namespace bourse::poco {
namespace {

constexpr std::string_view kMatchPrefix = "iExecV5-matchOrders-0x";

constexpr std::array<std::pair<std::string_view, std::string_view>, 9> kExplanations{
    {{texts::kEscrowBalance, "The account has not enough free stake at the hub: deposit more."},
     {texts::kSignatureFormat, "A signature is missing or is not 64 or 65 bytes long."},
     {texts::kSenderOrSignature, "Only the owner, or somebody with the owner's signature, may do this."},
     {texts::kNotOwner, "Only the administrator may do this."},
     {texts::kCreate2Failed, "The same owner has already deployed a resource with the same values."},
     {texts::kFallbackDisabled, "The hub has no such function."},
     {texts::kTaskPending, "The task has no result yet."},
     {texts::kTransferFromFailed, "The RLC could not be taken from the account."},
     {texts::kResourceNotOwner, "Only the owner may do this."}}};

std::string explain_text(const std::string& text) {
    if (text.starts_with(kMatchPrefix)) {
        const auto code = from_hex(std::string_view(text).substr(kMatchPrefix.size()));
        if (code && code->size() == 1) return text + ": " + std::string(explain(static_cast<MatchFault>((*code)[0])));
    }
    for (const auto& [known, meaning] : kExplanations)
        if (text == known) return text + ": " + std::string(meaning);
    return text;
}

std::string explain_custom(ByteView data) {
    const auto selector = *Bytes4::from(data.first(4));
    if (selector == selectors::errors::kIncompatibleDatasetOrder) {
        const auto reason = abi::decode<std::string>(data.subspan(4));
        if (reason) return "IncompatibleDatasetOrder: " + std::get<0>(*reason);
    }
    if (selector == selectors::errors::kOperationFailed) return "OperationFailed: the match failed without a reason.";
    if (selector == selectors::errors::kCallerIsNotTheRequester)
        return "CallerIsNotTheRequester: the request order is of another account.";
    if (selector == selectors::errors::kUnsupportedOperation)
        return "UnsupportedOperation: only matchOrders can follow a deposit.";
    if (selector == selectors::errors::kNotContractOwner)
        return "NotContractOwner: only the administrator may do this.";
    return "The call failed with " + to_hex(data) + ".";
}

}  // namespace

std::string explain_revert(ByteView data) {
    if (data.empty())
        return "The contract refused without a reason (wrong state, deadline, sender or signature, or not enough "
               "funds or allowance).";
    if (auto text = abi::decode_error(data)) {
        if (text->empty()) return "The contract refused with an empty text.";
        return explain_text(*text);
    }
    if (data.size() < 4) return "The call failed with " + to_hex(data) + ".";
    return explain_custom(data);
}

}  // namespace bourse::poco

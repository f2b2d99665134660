#include <bourse/rpc/call_readers.hpp>

#include <bourse/sys/clock.hpp>

namespace bourse::rpc {

namespace {

constexpr std::uint32_t kReadsPerCheck = 32;

}  // namespace

void TimedReader::check() const {
    if (reads_++ % kReadsPerCheck == 0 && sys::steady_ms() >= deadline_ms_) throw CallTimedOut{};
}

std::optional<state::Account> TimedReader::account(const Address& address) const {
    check();
    return reader_.account(address);
}

state::SlotValue TimedReader::slot(const Address& address, const Bytes32& key) const {
    check();
    return reader_.slot(address, key);
}

Bytes TimedReader::code(const Hash& code_hash) const {
    check();
    return reader_.code(code_hash);
}

std::optional<state::Account> RecordingReader::account(const Address& address) const {
    reads_.try_emplace(address);
    return reader_.account(address);
}

state::SlotValue RecordingReader::slot(const Address& address, const Bytes32& key) const {
    reads_[address].insert(key);
    return reader_.slot(address, key);
}

}  // namespace bourse::rpc

#include <bourse/chain/genesis.hpp>

#include <bourse/codec/transaction.hpp>
#include <bourse/poco/addresses.hpp>
#include <bourse/poco/dev_accounts.hpp>

#include <gtest/gtest.h>

namespace bourse::chain {
namespace {

Uint256 sum_of(const std::vector<std::pair<Address, Uint256>>& list) {
    Uint256 out;
    for (const auto& [address, amount] : list) out += amount;
    return out;
}

TEST(Genesis, rlc_sums_to_the_supply) {
    const Uint256 supply = Uint256{87'000'000} * 1'000'000'000;
    EXPECT_EQ(sum_of(development_genesis().hub.rlc), supply);
    const auto conformance = conformance_genesis();
    EXPECT_EQ(sum_of(conformance.hub.rlc) + sum_of(conformance.hub.stakes), supply);
}

TEST(Genesis, development_accounts_are_those_of_the_mnemonic) {
    for (const auto& account : poco::kDevAccounts) {
        const auto key = crypto::PrivateKey::from(*from_hex(account.key));
        ASSERT_TRUE(key.has_value());
        EXPECT_EQ(key->address(), *address_from_hex(account.address)) << account.name;
    }
}

TEST(Genesis, five_category_transactions_of_the_admin) {
    const auto genesis = development_genesis();
    ASSERT_EQ(genesis.transactions.size(), 5U);
    for (std::size_t i = 0; i < 5; ++i) {
        const auto tx = decode_transaction(genesis.transactions[i]);
        ASSERT_TRUE(tx.has_value());
        EXPECT_EQ(tx->nonce, i);
        EXPECT_EQ(tx->to, poco::kHub);
        EXPECT_EQ(tx->chain_id, 65535U);
        EXPECT_EQ(recover_sender(*tx), *address_from_hex(poco::find_dev_account("admin")->address));
    }
}

TEST(Genesis, files_read_back) {
    for (const auto& genesis : {development_genesis(), conformance_genesis()}) {
        const std::string text = to_json(genesis);
        const auto back = parse_genesis(text);
        ASSERT_TRUE(back.has_value()) << back.error().message;
        EXPECT_EQ(to_json(*back), text);
        EXPECT_EQ(back->hub.apps, genesis.hub.apps);
        EXPECT_EQ(back->hub.rlc, genesis.hub.rlc);
        EXPECT_EQ(back->hub.stakes, genesis.hub.stakes);
        EXPECT_EQ(back->hub.workerpools, genesis.hub.workerpools);
        EXPECT_EQ(back->transactions, genesis.transactions);
        EXPECT_EQ(back->time_s, genesis.time_s);
    }
}

TEST(Genesis, bad_files_say_which_key_is_wrong) {
    const std::string good = to_json(conformance_genesis());
    const auto with = [&](std::string_view from, std::string_view to) {
        std::string text = good;
        const auto at = text.find(from);
        EXPECT_NE(at, std::string::npos) << from;
        return text.replace(at, from.size(), to);
    };
    const auto message = [](const std::string& text) {
        const auto parsed = parse_genesis(text);
        if (parsed) return std::string("accepted");
        EXPECT_EQ(parsed.error().code, "GENESIS_INVALID");
        return parsed.error().message;
    };
    EXPECT_NE(message(with("\"format\": 1", "\"format\": 2")).find("format"), std::string::npos);
    EXPECT_NE(message(with("\"conformance\"", "\"other\"")).find("kind"), std::string::npos);
    EXPECT_NE(message(with("\"chain_id\": 31337", "\"chain_id\": \"x\"")).find("chain_id"), std::string::npos);
    EXPECT_NE(message(with("\"coins_wei\": \"1", "\"coins_wei\": \"x")).find("accounts[0].coins_wei"),
              std::string::npos);
    EXPECT_NE(message(with("\"rlc_nrlc\": \"8", "\"rlc_nrlc\": \"88888888888")).find("accounts"), std::string::npos);
    EXPECT_NE(message(with("\"multiaddr\": \"0x", "\"multiaddr\": \"0xz")).find("hub.apps[0].multiaddr"),
              std::string::npos);
    // An address twice: the folder's own copy could not give the same state again.
    EXPECT_NE(message(with("0x70997970C51812dc3A010C7d01b50e0d17dc79C8", "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"))
                  .find("accounts[1].address"),
              std::string::npos);
    EXPECT_NE(message(with("\"work_clock_time_ref_s\"", "\"time\"")).find("hub.categories[0].work_clock_time_ref_s"),
              std::string::npos);
    // What nobody reads is no comment but a mistake.
    EXPECT_NE(message(with("\"archive\"", "\"archives\"")).find("\"archives\""), std::string::npos);
    EXPECT_NE(message(with("\"coins_wei\"", "\"coins\"")).find("accounts[0].coins\""), std::string::npos);
    EXPECT_NE(message(with("\"kitty_nrlc\"", "\"kitty\"")).find("hub.kitty\""), std::string::npos);
    EXPECT_NE(message(with("\"mrenclave\"", "\"mr_enclave\"")).find("hub.apps[0].mr"), std::string::npos);
    // An address with one wrong capital; all lower case is right.
    EXPECT_NE(message(with("0x70997970C5", "0x70997970c5")).find("checksum"), std::string::npos);
    EXPECT_EQ(message(with("0x70997970C51812dc3A010C7d01b50e0d17dc79C8", "0x70997970c51812dc3a010c7d01b50e0d17dc79c8")),
              "accepted");
    auto twice = conformance_genesis();
    twice.hub.apps.push_back(twice.hub.apps.front());
    EXPECT_NE(message(to_json(twice)).find("hub.apps"), std::string::npos);
    twice = conformance_genesis();
    twice.hub.datasets.push_back(twice.hub.datasets.front());
    EXPECT_NE(message(to_json(twice)).find("hub.datasets"), std::string::npos);
    twice = conformance_genesis();
    twice.hub.workerpools.push_back({twice.hub.workerpools[0].owner, twice.hub.workerpools[0].description, 1, 1});
    EXPECT_NE(message(to_json(twice)).find("hub.workerpools"), std::string::npos);
    EXPECT_NE(message("[]").find("not a JSON object"), std::string::npos);
    EXPECT_NE(message("{").find("not a JSON object"), std::string::npos);
}

}  // namespace
}  // namespace bourse::chain

#include <bourse/client/scheduler_stream.hpp>

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <nlohmann/json.hpp>

namespace bourse::client::stream {
namespace {

using Json = nlohmann::json;

crypto::PrivateKey key_of(std::uint8_t byte) {
    Bytes32 bytes;
    bytes.data.fill(byte);
    return *crypto::PrivateKey::from(bytes);
}

Hello some_hello() {
    Hello hello;
    hello.pool = *address_from_hex("0x1111111111111111111111111111111111111111");
    hello.hub = *address_from_hex("0x2222222222222222222222222222222222222222");
    hello.chain_id = 65535;
    hello.nonce.data.fill(7);
    hello.stream_id = "abc";
    return hello;
}

Login login_for(const Hello& hello) {
    Login login;
    login.pool = hello.pool;
    login.hub = hello.hub;
    login.chain_id = hello.chain_id;
    login.nonce = hello.nonce;
    login.worker = login.owner = key_of(3).address();
    login.session_key = key_of(4).address();
    login.expiry_s = 1'060;
    login.name = "w1";
    login.software = "bourse/test";
    sign_login(login, key_of(3));
    return login;
}

TEST(StreamLogin, TextHasOneLineForEachField) {
    const auto text = login_text(login_for(some_hello()));
    EXPECT_TRUE(text.starts_with("Bourse worker login/1\npool: 0x1111"));
    EXPECT_EQ(std::ranges::count(text, '\n'), 8);
    EXPECT_NE(text.find("\nsession key: 0x"), std::string::npos);
    EXPECT_TRUE(text.ends_with("\nexpiry: 1060"));
}

TEST(StreamLogin, ChecksEveryField) {
    const auto hello = some_hello();
    const auto good = login_for(hello);
    EXPECT_TRUE(check_login(good, hello, 1'000));
    EXPECT_EQ(login_from(to_text(good)), good);
    const auto code_of = [&](auto change, std::uint64_t now_s = 1'000) {
        auto login = good;
        change(login);
        const auto status = check_login(login, hello, now_s);
        return status ? std::string("ok") : status.error().code;
    };
    EXPECT_EQ(code_of([](Login& l) { l.version = 2; }), "STREAM_VERSION");
    EXPECT_EQ(code_of([](Login& l) { l.pool.data[0] = 9; }), "LOGIN_POOL");
    EXPECT_EQ(code_of([](Login& l) { l.chain_id = 1; }), "LOGIN_CHAIN");
    EXPECT_EQ(code_of([](Login& l) { l.hub.data[0] = 9; }), "LOGIN_HUB");
    EXPECT_EQ(code_of([](Login& l) { l.nonce.data[0] = 9; }), "LOGIN_NONCE");
    EXPECT_EQ(code_of([](Login&) {}, 1'060), "LOGIN_EXPIRED");
    EXPECT_EQ(code_of([](Login& l) { l.expiry_s = 9'999; }), "LOGIN_EXPIRED");
    EXPECT_EQ(code_of([](Login& l) { l.owner = key_of(9).address(); }), "LOGIN_SIGNATURE");
    EXPECT_EQ(code_of([](Login& l) { l.session_key = key_of(9).address(); }), "LOGIN_SIGNATURE");
    EXPECT_EQ(code_of([](Login& l) { l.signature.clear(); }), "LOGIN_SIGNATURE");
}

TEST(StreamLogin, WelcomeProvesThePoolsOwner) {
    const auto login = login_for(some_hello());
    const auto welcome = make_welcome(login, key_of(5));
    EXPECT_TRUE(check_welcome(welcome, login, key_of(5).address()));
    EXPECT_FALSE(check_welcome(welcome, login, key_of(6).address()));
    auto other = login;
    other.nonce.data[5] ^= 1;
    EXPECT_FALSE(check_welcome(welcome, other, key_of(5).address()));
}

TEST(StreamMessages, ServerMessagesSurviveTheWire) {
    Command assign;
    assign.seq = 12;
    assign.task.hash.data.fill(1);
    assign.deal.hash.data.fill(2);
    assign.index = 5;
    assign.authorization = Bytes(65, 3);
    assign.limits = {300, 1, 512 << 20, 128, 1024, 256 << 20, 16384, 256 << 20, 2048ULL << 20};
    assign.fast = true;
    assign.contribution_deadline_s = 77;
    assign.final_deadline_s = 99;
    Command reveal;
    reveal.kind = CommandKind::kReveal;
    reveal.block = 44;
    Command abort;
    abort.kind = CommandKind::kAbort;
    abort.cause = "CONSENSUS_REACHED";
    Command upload;
    upload.kind = CommandKind::kUpload;
    const std::vector<ServerMessage> all{some_hello(),
                                         make_welcome(login_for(some_hello()), key_of(1)),
                                         Refused{"A", "b"},
                                         assign,
                                         reveal,
                                         abort,
                                         upload,
                                         ReportAck{8},
                                         FetchAnswer{assign.task, "image:0x", true},
                                         Pong{},
                                         Pong{1'700'000'000'123},
                                         Pause{true, 77},
                                         Pause{false},
                                         Pause{false, 5, true}};
    for (const auto& message : all) EXPECT_EQ(server_message_from(to_text(message)), message) << to_text(message);
}

TEST(StreamMessages, WorkerMessagesSurviveTheWire) {
    StatusReport status;
    status.task.hash.data.fill(1);
    status.status = "COMPUTE_FAILED";
    status.cause = "APP_COMPUTE_FAILED";
    status.message = "exit code 1";
    status.exit_code = -1;
    status.fetched = {"image:0x12"};
    StatusReport uploaded;
    uploaded.status = "RESULT_UPLOADED";
    uploaded.cid = "bafy";
    uploaded.link = "{}";
    uploaded.callback_data = Bytes{1, 2};
    uploaded.paused_ms = 1'234;
    LogReport log{status.task, Bytes{0, 255, 10}, Bytes{}, 137};
    const std::vector<WorkerMessage> all{status,
                                         uploaded,
                                         FreeReport{3},
                                         AckReport{9},
                                         log,
                                         FetchQuery{status.task, "input:http://x"},
                                         Ping{},
                                         Ping{1'700'000, 1'699'000, 1'699'100},
                                         OutputReport{status.task, 1'700'000, true, 77, 1'700'009, Bytes{0, 255, 10}}};
    for (const auto& message : all) EXPECT_EQ(worker_message_from(to_text(message)), message) << to_text(message);
}

TEST(StreamMessages, MalformedOnesAreRefusedWithTheField) {
    for (const auto* text : {"", "[]", "{", "{\"type\":\"nonsense\"}", "{\"type\":\"free\",\"slots\":-1}",
                             "{\"type\":\"status\",\"task\":\"0x00\",\"status\":\"STARTED\"}"}) {
        const auto parsed = worker_message_from(text);
        ASSERT_FALSE(parsed) << text;
        EXPECT_EQ(parsed.error().code, "STREAM_BAD_MESSAGE");
    }
    OutputReport large;
    large.bytes.resize(kMaxOutputBytes + 1);
    EXPECT_FALSE(worker_message_from(to_text(WorkerMessage(large))));
    StatusReport unknown;
    unknown.status = "DANCING";
    EXPECT_FALSE(worker_message_from(to_text(WorkerMessage(unknown))));
    EXPECT_FALSE(worker_message_from(std::string(5000, '[')));
}

TEST(StreamMessages, PeersThatKnowNoClocksAndNoPauseAreUnderstood) {
    EXPECT_EQ(worker_message_from(R"({"type":"ping"})"), WorkerMessage(Ping{}));
    EXPECT_EQ(server_message_from(R"({"type":"pong"})"), ServerMessage(Pong{}));
    auto login = Json::parse(to_text(login_for(some_hello())));
    login.erase("pauses");
    ASSERT_TRUE(login_from(login.dump()));
    EXPECT_FALSE(login_from(login.dump())->pauses);
}

TEST(StreamSeal, NumbersAndSignatures) {
    const auto hello = some_hello();
    Sealer sealer(hello.nonce, key_of(4));
    Opener opener(hello.nonce, key_of(4).address());
    const auto first = sealer.seal(FreeReport{2});
    const auto second = sealer.seal(Ping{});
    EXPECT_EQ(opener.open(second).error().code, "STREAM_OUT_OF_ORDER");
    EXPECT_EQ(opener.open(first), WorkerMessage(FreeReport{2}));
    EXPECT_EQ(opener.open(first).error().code, "STREAM_OUT_OF_ORDER");
    EXPECT_EQ(opener.open(second), WorkerMessage(Ping{}));
    Sealer stranger(hello.nonce, key_of(9));
    stranger.seal(Ping{});
    stranger.seal(Ping{});
    EXPECT_EQ(opener.open(stranger.seal(Ping{})).error().code, "STREAM_SIGNATURE");
    Opener other_nonce(Bytes32{}, key_of(4).address());
    EXPECT_EQ(other_nonce.open(first).error().code, "STREAM_SIGNATURE");
}

TEST(StreamSeal, AnyOutputBytesSurvive) {
    rc::check([](const std::vector<std::uint8_t>& out, const std::vector<std::uint8_t>& err) {
        LogReport log;
        log.out = out;
        log.err = err;
        RC_ASSERT(worker_message_from(to_text(WorkerMessage(log))).value() == WorkerMessage(log));
    });
}

}  // namespace
}  // namespace bourse::client::stream

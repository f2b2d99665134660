#include <bourse/node/data_folder.hpp>

#include <bourse/engine/replay.hpp>
#include <bourse/node/admin.hpp>
#include <bourse/node/node.hpp>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <unistd.h>

#include <atomic>
#include <sstream>
#include <thread>

namespace bourse::node {
namespace {

class DataFolderTest : public testing::Test {
protected:
    std::filesystem::path folder(const std::string& name) const { return root_.path() / name; }

    /// As `bourse node --dev` on that folder, with its lock.
    struct Running {
        sys::FileLock lock;
        std::unique_ptr<Node> node;
    };
    Running start(const std::string& name, std::uint64_t history_blocks = 128) {
        std::filesystem::create_directories(folder(name));
        auto lock = sys::FileLock::acquire(folder(name) / "lock").value();
        NodeOptions options;
        options.data_dir = folder(name);
        options.dev = true;
        options.port = 0;
        options.heartbeat_ms = 0;
        options.history_blocks = history_blocks;
        auto node = Node::open(options).value();
        EXPECT_TRUE(node->start());
        return {std::move(lock), std::move(node)};
    }
    static void mine(Node& node, int blocks) {
        for (int i = 0; i < blocks; ++i) ASSERT_TRUE(node.engine().sequencer().mine());
    }

    sys::TempDir root_;
};

TEST_F(DataFolderTest, a_backup_made_while_blocks_are_made_opens_at_a_block_of_that_chain) {
    BackupInfo info;
    Hash hash_then;
    {
        auto running = start("node");
        mine(*running.node, 5);
        std::atomic<bool> stop{false};
        std::thread maker([&] {
            while (!stop) mine(*running.node, 1);
        });
        const auto made = make_backup(folder("node"), folder("backup"));
        stop = true;
        maker.join();
        ASSERT_TRUE(made) << made.error().message;
        info = *made;
        EXPECT_GE(info.height, 6U);
        EXPECT_LE(info.height, running.node->engine().view()->head().number);
        hash_then = running.node->engine().view()->blocks().header(info.height)->hash;
        EXPECT_EQ(info.hash, hash_then);
        // And it is restored while the first node goes on.
        const auto restored = restore_backup(folder("backup"), folder("second"));
        ASSERT_TRUE(restored) << restored.error().message;
        EXPECT_EQ(*restored, info);
        mine(*running.node, 1);
    }
    auto second = start("second");
    EXPECT_EQ(second.node->engine().view()->head_hash(), hash_then);
    mine(*second.node, 1);
    EXPECT_EQ(second.node->engine().view()->head().number, info.height + 1);
}

TEST_F(DataFolderTest, a_backup_of_a_stopped_node_passes_verification) {
    { mine(*start("node").node, 3); }
    ASSERT_TRUE(make_backup(folder("node"), folder("backup")));
    ASSERT_TRUE(restore_backup(folder("backup"), folder("second")));
    const auto chain = ChainFolder::open(folder("second")).value();
    const auto report = engine::verify_chain(chain->genesis(), *chain->application().view(), {});
    ASSERT_TRUE(report) << report.error().message;
    EXPECT_EQ(report->blocks, 5U);
}

TEST_F(DataFolderTest, what_is_no_backup_or_no_empty_target_is_refused) {
    EXPECT_EQ(make_backup(folder("none"), folder("backup")).error().code, "GENESIS_MISSING");
    EXPECT_FALSE(std::filesystem::exists(folder("backup")));
    { mine(*start("node").node, 1); }
    EXPECT_EQ(make_backup(folder("node"), folder("node")).error().code, "BACKUP_TARGET");
    ASSERT_TRUE(make_backup(folder("node"), folder("backup")));
    EXPECT_EQ(make_backup(folder("node"), folder("backup")).error().code, "BACKUP_TARGET");
    EXPECT_EQ(restore_backup(folder("backup"), folder("node")).error().code, "DATA_NOT_EMPTY");
    EXPECT_EQ(restore_backup(folder("none"), folder("second")).error().code, "BACKUP_INVALID");
    std::filesystem::remove(folder("backup") / "backup.json");
    EXPECT_EQ(restore_backup(folder("backup"), folder("second")).error().code, "BACKUP_INVALID");
    EXPECT_FALSE(std::filesystem::exists(folder("second")));
}

TEST_F(DataFolderTest, a_backup_that_says_another_block_is_refused) {
    { mine(*start("node").node, 1); }
    ASSERT_TRUE(make_backup(folder("node"), folder("backup")));
    auto mark = nlohmann::json::parse(sys::read_file(folder("backup") / "backup.json").value());
    mark["height"] = 77;
    ASSERT_TRUE(sys::write_file_atomic(folder("backup") / "backup.json", mark.dump()));
    EXPECT_EQ(restore_backup(folder("backup"), folder("second")).error().code, "BACKUP_INVALID");
}

TEST_F(DataFolderTest, a_running_node_is_asked_and_only_with_its_token) {
    auto running = start("node");
    mine(*running.node, 2);
    const auto status = ask_running_node(folder("node"), "GET", "/admin/status", nullptr);
    ASSERT_TRUE(status) << status.error().message;
    EXPECT_EQ((*status)["height"], 3);
    EXPECT_EQ((*status)["hash"], to_hex(running.node->engine().view()->head_hash()));
    EXPECT_EQ(std::filesystem::status(folder("node") / "admin.json").permissions() & std::filesystem::perms::all,
              std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    ASSERT_TRUE(write_admin_file(folder("node"), "127.0.0.1", running.node->port(), "guessed"));
    EXPECT_EQ(ask_running_node(folder("node"), "GET", "/admin/status", nullptr).error().code, "FORBIDDEN");
    EXPECT_EQ(ask_running_node(folder("node"), "POST", "/admin/copy", {{"to", folder("x").string()}}).error().code,
              "FORBIDDEN");
    EXPECT_FALSE(std::filesystem::exists(folder("x")));
    running.node->stop();
    EXPECT_FALSE(std::filesystem::exists(folder("node") / "admin.json"));
    EXPECT_EQ(ask_running_node(folder("node"), "GET", "/admin/status", nullptr).error().code, "ADMIN_UNREACHABLE");
}

TEST_F(DataFolderTest, a_copy_beside_a_running_node_goes_away) {
    auto running = start("node");
    mine(*running.node, 2);
    {
        const auto chain = ChainFolder::open_beside_node(folder("node"));
        ASSERT_TRUE(chain) << chain.error().message;
        EXPECT_TRUE((*chain)->is_copy());
        EXPECT_EQ((*chain)->application().info().head_number, 3U);
        mine(*running.node, 1);
        EXPECT_EQ((*chain)->application().info().head_number, 3U);
    }
    for (const auto& entry : std::filesystem::directory_iterator(folder("node")))
        EXPECT_FALSE(entry.path().filename().string().starts_with(".copy")) << entry.path();
}

TEST_F(DataFolderTest, what_killed_runs_have_left_goes_away) {
    { mine(*start("node").node, 1); }
    const std::string gone = std::to_string(999'999'999);  // beyond the largest process id
    const std::string here = std::to_string(::getpid());
    const std::vector<std::string> stale{".copy-" + gone, ".verify-" + gone};
    const std::vector<std::string> kept{".copy-" + here, ".other-" + gone, "copy-" + gone, ".copy-" + gone + "x",
                                        ".copy"};
    const auto leave = [&] {
        for (const auto* names : {&stale, &kept})
            for (const auto& name : *names) {
                std::filesystem::create_directories(folder("node") / name);
                ASSERT_TRUE(sys::write_file_atomic(folder("node") / name / "CURRENT", "x"));
            }
    };
    const auto expect_clean = [&] {
        for (const auto& name : stale) EXPECT_FALSE(std::filesystem::exists(folder("node") / name)) << name;
        for (const auto& name : kept) EXPECT_TRUE(std::filesystem::exists(folder("node") / name)) << name;
    };
    leave();
    ASSERT_TRUE(ChainFolder::open_beside_node(folder("node")));
    expect_clean();
    leave();
    mine(*start("node").node, 1);
    expect_clean();
}

TEST_F(DataFolderTest, an_imported_development_chain_keeps_its_clock) {
    std::stringstream file;
    std::uint64_t head_ms = 0;
    {
        auto running = start("node");
        ASSERT_TRUE(running.node->engine().sequencer().increase_time(1'000'000));
        mine(*running.node, 1);
        const auto view = running.node->engine().view();
        head_ms = view->head().time_ms;
        ASSERT_TRUE(engine::export_chain(*view, chain::to_json(chain::development_genesis()), file));
    }
    {
        auto reader = engine::ChainFileReader::begin(file).value();
        const auto chain = ChainFolder::open_for(folder("second"), chain::development_genesis(), 128).value();
        ASSERT_TRUE(engine::import_chain(chain->application(), reader, {}));
        chain->keep_clock_of_head();
    }
    auto second = start("second");  // it would refuse a clock that is behind its head
    mine(*second.node, 1);
    const std::uint64_t now_ms = second.node->engine().view()->head().time_ms;
    EXPECT_GE(now_ms, head_ms);
    EXPECT_LT(now_ms, head_ms + 600'000);
}

TEST_F(DataFolderTest, pruning_drops_old_states_and_keeps_the_chain) {
    { mine(*start("node", 0).node, 300); }
    Hash head;
    {
        const auto chain = ChainFolder::open(folder("node")).value();
        EXPECT_EQ(chain->application().view()->oldest_state(), 0U);
        head = chain->application().info().head_hash;
        EXPECT_EQ(chain->prune(150).value(), 301U - 150U);
    }
    {
        const auto chain = ChainFolder::open(folder("node")).value();
        const auto view = chain->application().view();
        EXPECT_EQ(view->head_hash(), head);
        EXPECT_EQ(view->oldest_state(), 301U - 150U);
        EXPECT_EQ(view->state_at(100).error().code, "STATE_PRUNED");
        EXPECT_TRUE(view->state_at(160));
        const auto report = engine::verify_chain(chain->genesis(), *view, {});
        EXPECT_TRUE(report) << report.error().message;
        EXPECT_EQ(chain->prune(150).value(), 0U);
    }
    mine(*start("node", 0).node, 1);
}

TEST_F(DataFolderTest, a_clock_behind_the_head_is_refused_and_nothing_is_lost) {
    {
        auto running = start("node");
        const auto now_s = running.node->engine().view()->head().time_s;
        ASSERT_TRUE(running.node->engine().sequencer().mine(now_s + 1));
    }
    NodeOptions options;
    options.data_dir = folder("node");
    options.port = 0;
    options.clock_offset_s = -4'000'000'000;
    {
        const auto node = Node::open(options).value();
        const auto refused = node->start();
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().code, "CLOCK_BEHIND");
        EXPECT_NE(refused.error().message.find("--dev-clock-offset"), std::string::npos);
    }
    options.clock_offset_s = 0;
    const auto node = Node::open(options).value();
    EXPECT_TRUE(node->start());
}

}  // namespace
}  // namespace bourse::node

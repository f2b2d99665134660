// For tests and benches: a PostgreSQL server of their own, in a temporary folder, reached by a unix socket, run as an
// ordinary user, ended with the process that started it.
#pragma once

#include <bourse/sys/file.hpp>

#include <fcntl.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace bourse::db::testing {

class PostgresServer {
public:
    /// Null where PostgreSQL is not installed (Debian: package postgresql) or does not start.
    static std::unique_ptr<PostgresServer> start(const std::vector<std::string>& settings = {"fsync=off"}) {
        const auto programs = find_programs();
        if (!programs) return nullptr;
        std::unique_ptr<PostgresServer> server(new PostgresServer(*programs));
        if (!server->initialise() || !server->launch(settings)) return nullptr;
        return server;
    }
    /// One for all tests of a program.
    static PostgresServer* shared() {
        static const auto server = start();
        return server.get();
    }
    PostgresServer(const PostgresServer&) = delete;
    PostgresServer& operator=(const PostgresServer&) = delete;
    ~PostgresServer() {
        if (pid_ <= 0) return;
        ::kill(pid_, SIGINT);  // the server's "fast shutdown"
        ::waitpid(pid_, nullptr, 0);
    }

    /// URL of a fresh database.
    std::string create_database() {
        const auto name = "test_" + std::to_string(++databases_);
        wait_for({program("createdb"), "-h", folder(), "-U", "bourse", name});
        return url_of(name);
    }

private:
    explicit PostgresServer(std::filesystem::path programs) : programs_(std::move(programs)) {
        // The server refuses to run as root.
        if (::geteuid() != 0) return;
        if (const auto* nobody = ::getpwnam("nobody")) {
            user_ = nobody->pw_uid;
            group_ = nobody->pw_gid;
            [[maybe_unused]] const int given = ::chown(dir_.path().c_str(), *user_, *group_);
        }
    }
    static std::optional<std::filesystem::path> find_programs() {
        std::optional<std::filesystem::path> newest;
        std::error_code error;
        for (const auto& entry : std::filesystem::directory_iterator("/usr/lib/postgresql", error)) {
            const auto folder = entry.path() / "bin";
            if (std::filesystem::exists(folder / "postgres", error) && (!newest || *newest < folder)) newest = folder;
        }
        return newest;
    }
    std::string program(const char* name) const { return (programs_ / name).string(); }
    std::string folder() const { return dir_.path().string(); }
    std::string url_of(const std::string& name) const {
        return "postgresql:///" + name + "?host=" + folder() + "&user=bourse";
    }

    pid_t spawn(const std::vector<std::string>& words) const {
        const pid_t parent = ::getpid();
        const pid_t pid = ::fork();
        if (pid != 0) return pid;
        if (user_ && (::setgid(*group_) != 0 || ::setuid(*user_) != 0)) ::_exit(126);
        ::prctl(PR_SET_PDEATHSIG, SIGINT);
        if (::getppid() != parent) ::_exit(125);
        const int log = ::open((folder() + "/log").c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
        if (log >= 0) {
            ::dup2(log, STDOUT_FILENO);
            ::dup2(log, STDERR_FILENO);
        }
        std::vector<char*> argv;
        for (const auto& word : words) argv.push_back(const_cast<char*>(word.c_str()));  // NOLINT: exec's signature
        argv.push_back(nullptr);
        if (::chdir(folder().c_str()) != 0) ::_exit(124);
        ::execv(argv[0], argv.data());
        ::_exit(127);
    }
    bool wait_for(const std::vector<std::string>& words) const {
        int status = 0;
        const pid_t pid = spawn(words);
        return ::waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0;
    }
    bool initialise() const {
        return wait_for({program("initdb"), "-D", folder() + "/data", "-A", "trust", "-U", "bourse", "-E", "UTF8",
                         "--no-locale", "-N"});
    }
    bool launch(const std::vector<std::string>& settings) {
        std::vector<std::string> words{program("postgres"), "-D", folder() + "/data", "-k", folder(), "-c",
                                       "listen_addresses="};
        for (const auto& setting : settings) words.insert(words.end(), {"-c", setting});
        pid_ = spawn(words);
        for (int i = 0; i < 3'600; ++i) {  // three minutes for what takes a second
            if (wait_for({program("pg_isready"), "-q", "-h", folder(), "-U", "bourse"})) return true;
            if (::waitpid(pid_, nullptr, WNOHANG) == pid_) break;
            std::this_thread::sleep_for(std::chrono::milliseconds(50));
        }
        return false;
    }

    std::filesystem::path programs_;
    sys::TempDir dir_;
    std::optional<uid_t> user_;
    std::optional<gid_t> group_;
    pid_t pid_ = -1;
    int databases_ = 0;
};

}  // namespace bourse::db::testing

#include <bourse/worker/sandbox.hpp>

#include <fcntl.h>
#include <fmt/core.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <array>
#include <cerrno>

namespace bourse::worker {
namespace {

namespace fs = std::filesystem;

enum class ProgramState { kMissing, kNotExecutable, kFound };

/// Links are resolved as if `rootfs` were the root.
ProgramState program_state(int root_fd, const std::string& path) {
    open_how how{};
    how.flags = O_PATH | O_CLOEXEC;
    how.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS;
    const int fd = static_cast<int>(::syscall(SYS_openat2, root_fd, path.c_str(), &how, sizeof(how)));
    if (fd < 0) return ProgramState::kMissing;
    struct stat facts {};
    const bool known = ::fstat(fd, &facts) == 0;
    ::close(fd);
    if (!known || !S_ISREG(facts.st_mode) || (facts.st_mode & 0111) == 0) return ProgramState::kNotExecutable;
    return ProgramState::kFound;
}

std::string search_path(const std::vector<std::string>& env) {
    for (const auto& variable : env)
        if (variable.starts_with("PATH=")) return variable.substr(5);
    return "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
}

std::vector<std::string> program_candidates(const std::string& program, const std::vector<std::string>& env,
                                            const std::string& cwd) {
    if (program.starts_with("/")) return {program};
    if (program.find('/') != std::string::npos) return {(fs::path(cwd) / program).lexically_normal().string()};
    std::vector<std::string> out;
    const std::string path = search_path(env);
    for (std::size_t start = 0; start <= path.size();) {
        const auto stop = std::min(path.find(':', start), path.size());
        const auto folder = path.substr(start, stop - start);
        if (folder.starts_with("/")) out.push_back((fs::path(folder) / program).string());
        start = stop + 1;
    }
    return out;
}

}  // namespace

Result<std::string> find_program(const fs::path& rootfs, const std::string& program,
                                 const std::vector<std::string>& env, const std::string& cwd) {
    const int root_fd = ::open(rootfs.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (root_fd < 0 || program.empty()) {
        if (root_fd >= 0) ::close(root_fd);
        return fail("APP_PROGRAM_MISSING", "The image names no program to run.");
    }
    bool refused = false;
    std::string found;
    for (const auto& candidate : program_candidates(program, env, cwd)) {
        const auto state = program_state(root_fd, candidate);
        refused |= state == ProgramState::kNotExecutable;
        if (state != ProgramState::kFound) continue;
        found = candidate;
        break;
    }
    ::close(root_fd);
    if (!found.empty()) return found;
    if (refused)
        return fail("APP_PROGRAM_NOT_EXECUTABLE", fmt::format("\"{}\" in the image is not executable.", program));
    return fail("APP_PROGRAM_MISSING", fmt::format("The image has no program \"{}\".", program));
}

}  // namespace bourse::worker

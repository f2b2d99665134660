#include <bourse/worker/probe_program.hpp>

#include <bourse/sys/file.hpp>

#include <fmt/core.h>

#include <elf.h>
#include <cstring>

namespace bourse::worker {

std::string exit7_program() {
    constexpr unsigned char kCode[] = {0xBF, 7, 0, 0, 0, 0xB8, 60, 0, 0, 0, 0x0F, 0x05};
    constexpr std::uint64_t kBase = 0x400000, kCodeOffset = sizeof(Elf64_Ehdr) + sizeof(Elf64_Phdr);
    Elf64_Ehdr header{};
    std::memcpy(header.e_ident, ELFMAG, SELFMAG);
    header.e_ident[EI_CLASS] = ELFCLASS64;
    header.e_ident[EI_DATA] = ELFDATA2LSB;
    header.e_ident[EI_VERSION] = EV_CURRENT;
    header.e_type = ET_EXEC;
    header.e_machine = EM_X86_64;
    header.e_version = EV_CURRENT;
    header.e_entry = kBase + kCodeOffset;
    header.e_phoff = sizeof(Elf64_Ehdr);
    header.e_ehsize = sizeof(Elf64_Ehdr);
    header.e_phentsize = sizeof(Elf64_Phdr);
    header.e_phnum = 1;
    Elf64_Phdr segment{};
    segment.p_type = PT_LOAD;
    segment.p_flags = PF_R | PF_X;
    segment.p_vaddr = segment.p_paddr = kBase;
    segment.p_filesz = segment.p_memsz = kCodeOffset + sizeof(kCode);
    segment.p_align = 0x1000;
    std::string out(kCodeOffset + sizeof(kCode), '\0');
    std::memcpy(out.data(), &header, sizeof(header));
    std::memcpy(out.data() + sizeof(header), &segment, sizeof(segment));
    std::memcpy(out.data() + kCodeOffset, kCode, sizeof(kCode));
    return out;
}

Status<> try_out_sandbox(Sandbox& sandbox, const std::filesystem::path& data_dir) {
    const auto dir = data_dir / "probe";
    std::error_code ec;
    std::filesystem::remove_all(dir, ec);
    std::filesystem::create_directories(dir / "in", ec);
    std::filesystem::create_directories(dir / "rootfs", ec);
    BOURSE_CHECK(sys::write_file_atomic(dir / "rootfs" / "exit7", exit7_program(), 0755));
    SandboxRequest request;
    request.id = "probe";
    request.rootfs = dir / "rootfs";
    request.argv = {"/exit7"};
    request.work_dir = dir;
    request.input_dir = dir / "in";
    request.limits = {.seconds = 20,
                      .cpus = 1,
                      .memory_bytes = 256 << 20,
                      .processes = 16,
                      .open_files = 64,
                      .disk_bytes = 1 << 20,
                      .inodes = 64,
                      .download_bytes = 0,
                      .image_bytes = 0};
    const auto run = sandbox.run(request);
    sandbox.release(request);
    std::filesystem::remove_all(dir, ec);
    if (!run) return fail(run.error());
    if (run->exit_code != 7)
        return fail("SANDBOX_FAILED",
                    fmt::format("A trial run ended with {} instead of 7: {}", run->exit_code, run->err));
    return {};
}

}  // namespace bourse::worker

// Says hello, and writes the same into the result.
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <string>

int main(int argc, char** argv) {
    std::string whom;
    for (int i = 1; i < argc; ++i) whom += (i > 1 ? " " : "") + std::string(argv[i]);
    const std::string line = "Hello, " + (whom.empty() ? "world" : whom) + "!\n";
    const char* out = std::getenv("IEXEC_OUT");
    const std::string folder = out != nullptr ? out : "/iexec_out";
    std::ofstream(folder + "/result.txt") << line;
    std::ofstream computed(folder + "/computed.json");
    computed << "{\"deterministic-output-path\":\"" << folder << "/result.txt\"}";
    computed.close();
    if (!computed) {
        std::cerr << "hello: cannot write to " << folder << "\n";
        return 1;
    }
    std::cout << line;
    return 0;
}

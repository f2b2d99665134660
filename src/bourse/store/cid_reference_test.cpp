// Identifiers as npm's ipfs-unixfs-importer makes them; printed by tests/interop/cid.mjs.
#include <bourse/client/cid.hpp>

#include <gtest/gtest.h>

namespace bourse::store {
namespace {

/// The content of tests/interop/cid.mjs.
Bytes reference_content(std::size_t size) {
    Bytes bytes(size);
    for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::uint8_t>(i * 31 + (i >> 8) * 17 + (i >> 16));
    return bytes;
}

TEST(CidReference, equals_the_reference_at_every_border_of_the_tree) {
    struct Vector {
        std::size_t size;
        const char* cid;
    };
    for (const auto& [size, cid] : {Vector{0, "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku"},
                                    Vector{1, "bafkreidogqfzz75tpkmjzjke425xqcrmpcib2p5tg44hnbirumdbpl5adu"},
                                    Vector{5, "bafkreibivjlmoj5ttgmrbt7v5q4kxjcsstciurogpdml64f6bhoosm7seq"},
                                    Vector{262143, "bafkreiherupkvbsssl7gp2i74gzdemulv3xegxnamaaq52sfxcudjc6xg4"},
                                    Vector{262144, "bafkreigfujqjifvocriep54iv3ejktqqseuc6hqlwkncmndmgjt4ivg4iu"},
                                    Vector{262145, "bafybeidzdp4d52f7ihrr3ywdtb3ofjrzy3nyjdeqnfva5pwv6a3meqf6pi"},
                                    Vector{524288, "bafybeig7mlib42ul2avtla65fuj2igc6q5ezfzogztgmjcloyhqnakf65a"},
                                    Vector{2621447, "bafybeiat3lr6coaez27k25rj6plnx2dibndtjnnu3oejoqr3qtuuamaeue"},
                                    Vector{45613056, "bafybeiayptasduihvh6ivptooxaalbduzliizwadoehxo26w3at4az7lbe"},
                                    Vector{45613057, "bafybeiftdwuagzviteyqb76hw75afy7drpnp6nki3whzbment2bz44ztmq"},
                                    Vector{45875200, "bafybeibeydjikwoknzajjokx7lj6ksstmgodwpgkwqmrjoptblqdve36b4"}})
        EXPECT_EQ(client::cid_of(reference_content(size)), cid) << size;
}

}  // namespace
}  // namespace bourse::store

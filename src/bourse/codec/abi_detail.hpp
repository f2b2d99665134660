#pragma once
#include <bourse/base/bytes.hpp>
namespace bourse { using Bytes4 = FixedBytes<4, struct Bytes4Tag>; }

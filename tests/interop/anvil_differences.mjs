// Every difference between our answers and anvil's that is meant, with the reason. The comparison fails where another one
// appears, and where one of these has gone.

const BLOCK = /^eth_getBlockBy(Number|Hash)$/;
const NOT_OURS = "our answer is geth's";

export const INTENDED = [
  // Hashes that cover other state, gas and times.
  { methods: /./, paths: /(^|[.\]])blockHash$/, shape: true, why: "block hashes cover state, gas and extra data" },
  { methods: BLOCK, paths: /^result\.(hash|parentHash|stateRoot|receiptsRoot)$/, shape: true, not: /pending/, why: "state and gas differ, and so what hashes them" },
  { methods: BLOCK, paths: /^result\.mixHash$/, shape: true, why: "prevrandao is a hash of the parent here (chain.md §1)" },
  { methods: BLOCK, paths: /^result\.extraData$/, why: "extra data holds the block's milliseconds (chain.md §1)" },
  { methods: BLOCK, paths: /^result\.size$/, shape: true, why: "extra data and receipts have other lengths" },
  { methods: /^eth_getFilterChanges$/, paths: /^result\[\]$/, shape: true, why: "hashes of blocks that a filter tells" },
  // Gas of native modules is a table (chain.md §2).
  { methods: /./, paths: /(^|[.\]])(gasUsed|cumulativeGasUsed)$/, shape: true, not: /pending/, why: "native modules are metered by constants" },
  { methods: /^eth_estimateGas$/, paths: /^result$/, shape: true, why: "an estimate follows the gas" },
  { methods: /^eth_feeHistory$/, paths: /^result\.gasUsedRatio\[\]$/, shape: true, why: "a ratio of gas follows the gas" },
  { methods: /^eth_createAccessList$/, paths: /storageKeys\[\]$/, shape: true, why: "the layout of slots is our own" },
  { methods: /^eth_getCode$/, paths: /^result$/, why: "the code of a native module is 0xfe (chain.md §3)" },
  // State tries hold other accounts.
  { methods: /^eth_getProof$/, paths: /^result\.accountProof(\.length|\[\])$/, why: "nodes of another state" },
  { methods: /^eth_getProof$/, paths: /^result\.storageProof\[\]\.proof\.length$/, why: `an empty storage trie has no node to show; ${NOT_OURS}` },
  // What subscriptions tell.
  { methods: /^eth_subscribe$/, paths: /^result\[\]\.(hash|parentHash|stateRoot|receiptsRoot|mixHash)$/, params: /newHeads/, shape: true, why: "hashes of heads cover other state" },
  { methods: /^eth_subscribe$/, paths: /^result\[\]\.(extraData|size|totalDifficulty|uncles|transactions|withdrawals)$/, params: /newHeads/, why: `a head is a header with our extra data, not a block; ${NOT_OURS}` },
  { methods: /^eth_unsubscribe$/, paths: /^(result|error)$/, why: `an unknown subscription is an error; ${NOT_OURS}` },
  // A feeless chain without keys.
  { methods: /^eth_(gasPrice|maxPriorityFeePerGas)$/, paths: /^result$/, shape: true, why: "the chain is feeless; anvil suggests a price at base fee 0 too" },
  { methods: /^eth_accounts$/, paths: /^result\.length$/, why: "the node keeps no keys" },
  { methods: /^web3_clientVersion$/, paths: /^result$/, shape: true, why: "the name of the program" },
  { methods: /^eth_new.*Filter$/, paths: /^result$/, shape: true, why: "names of filters are random" },
  { methods: /^eth_getBlockTransactionCountByNumber$/, paths: /^result$/, params: /safe|finalized/, why: "a committed block is final here; anvil calls a block of two epochs ago so" },
  // The development token has the name of the token on the main network, the peer's build that of the faucet.
  { methods: /^eth_call$/, paths: /^result$/, params: /0x06fdde03/, why: "another build of the token" },
  // The pending block.
  { methods: BLOCK, paths: /^result\.(hash|miner|nonce)$/, params: /pending/, why: "null in a pending block, as geth has it" },
  { methods: BLOCK, paths: /^result\.(gasUsed|parentHash|stateRoot|receiptsRoot)$/, params: /pending/, shape: true, why: "nothing is executed for the pending block" },
  { methods: BLOCK, paths: /^result\.timestamp$/, params: /pending/, shape: true, sometimes: true, why: "the pending block's time is the clock's" },
  // Fields of some nodes only.
  { methods: /./, paths: /(^|[.\]])blockTimestamp$/, why: "not a field of every node" },
  { methods: /Receipts?$/, paths: /(^|[.\]])blobGasPrice$/, why: "there are no blobs" },
  { methods: /^eth_feeHistory$/, paths: /^result\.reward$/, why: `no rewards where no percentiles are asked for; ${NOT_OURS}` },
  // Methods that anvil lacks.
  { methods: /^(net_peerCount|eth_mining|eth_getHeaderByNumber|eth_getHeaderByHash)$/, paths: /^(result|error)$/, why: "not served by anvil" },
  // Texts and codes of errors.
  { methods: /^eth_(call|estimateGas)$/, paths: /^error\.message$/, why: `a custom error is not named in the text, only in the data; ${NOT_OURS}` },
  { methods: /^eth_sendRawTransaction$/, paths: /^error\.(code|message)$/, why: `texts that clients know; ${NOT_OURS}` },
  { methods: /^eth_getBalance$/, paths: /^error\.(code|message)$/, params: /0xf4240/, why: `an unknown block; ${NOT_OURS}` },
  { methods: /^eth_(getBalance|call|getTransactionByHash|noSuchMethod)$/, paths: /^error\.message$/, why: "wrong parameters are explained in other words" },
  { methods: /^eth_getUncleCountByBlockHash$/, paths: /^(result|error)$/, params: /abab/, why: `null for an unknown block; ${NOT_OURS}` },
  { methods: /^eth_getLogs$/, paths: /^(result|error)$/, params: /"fromBlock":"0x5","toBlock":"0x1"/, why: `a range that ends before it begins is wrong; ${NOT_OURS}` },
];

/** Methods of our table that are not asked of anvil, with the reason. */
export const EXCUSED = {
  bourse_keptHistory: "ours alone",
  bourse_mempool: "ours alone",
  bourse_sendRawTransaction: "ours alone",
  bourse_taskConsensus: "ours alone",
  eth_getRawTransactionByBlockHashAndIndex: "compared with the bytes that were sent, in methods_test.cpp",
  eth_getRawTransactionByBlockNumberAndIndex: "compared with the bytes that were sent, in methods_test.cpp",
  evm_increaseTime: "makes the blocks of this comparison",
  evm_mine: "makes the blocks of this comparison",
  evm_setNextBlockTimestamp: "makes the blocks of this comparison",
  rpc_modules: "names what a node offers",
};

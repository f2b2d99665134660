// The functions behind the method table, by subject. Each reads its parameters by position as the table declares them.
#pragma once

#include <bourse/rpc/method.hpp>

namespace bourse::rpc {

// chain_methods.cpp: facts of the chain and of the node.
Answer web3_client_version(CallContext&, const Params&);
Answer web3_sha3(CallContext&, const Params&);
Answer rpc_modules(CallContext&, const Params&);
Answer net_version(CallContext&, const Params&);
Answer net_listening(CallContext&, const Params&);
Answer net_peer_count(CallContext&, const Params&);
Answer eth_chain_id(CallContext&, const Params&);
Answer eth_syncing(CallContext&, const Params&);
Answer eth_accounts(CallContext&, const Params&);
Answer eth_zero_price(CallContext&, const Params&);
Answer eth_blob_base_fee(CallContext&, const Params&);
Answer eth_coinbase(CallContext&, const Params&);
Answer eth_mining(CallContext&, const Params&);
Answer eth_fee_history(CallContext&, const Params&);
Answer bourse_task_consensus(CallContext&, const Params&);
Answer bourse_mempool(CallContext&, const Params&);

// proof_methods.cpp
Answer eth_get_proof(CallContext&, const Params&);
Answer bourse_kept_history(CallContext&, const Params&);
Answer evm_increase_time(CallContext&, const Params&);
Answer evm_mine(CallContext&, const Params&);
Answer evm_set_next_block_timestamp(CallContext&, const Params&);

// account_methods.cpp
Answer eth_get_balance(CallContext&, const Params&);
Answer eth_get_transaction_count(CallContext&, const Params&);
Answer eth_get_code(CallContext&, const Params&);
Answer eth_get_storage_at(CallContext&, const Params&);

// call_methods.cpp
Answer eth_call(CallContext&, const Params&);
Answer eth_estimate_gas(CallContext&, const Params&);
Answer eth_create_access_list(CallContext&, const Params&);

// block_methods.cpp
Answer eth_block_number(CallContext&, const Params&);
Answer eth_get_block_by_number(CallContext&, const Params&);
Answer eth_get_block_by_hash(CallContext&, const Params&);
Answer eth_get_block_transaction_count_by_number(CallContext&, const Params&);
Answer eth_get_block_transaction_count_by_hash(CallContext&, const Params&);
Answer eth_get_header_by_number(CallContext&, const Params&);
Answer eth_get_header_by_hash(CallContext&, const Params&);
Answer eth_get_uncle_count_by_number(CallContext&, const Params&);
Answer eth_get_uncle_count_by_hash(CallContext&, const Params&);
Answer eth_get_uncle(CallContext&, const Params&);
Answer eth_get_block_receipts(CallContext&, const Params&);

// transaction_methods.cpp
Answer eth_send_raw_transaction(CallContext&, const Params&);
Answer bourse_send_raw_transaction(CallContext&, const Params&);
Answer eth_get_transaction_by_hash(CallContext&, const Params&);
Answer eth_get_transaction_by_block_number_and_index(CallContext&, const Params&);
Answer eth_get_transaction_by_block_hash_and_index(CallContext&, const Params&);
Answer eth_get_raw_transaction_by_hash(CallContext&, const Params&);
Answer eth_get_raw_transaction_by_block_number_and_index(CallContext&, const Params&);
Answer eth_get_raw_transaction_by_block_hash_and_index(CallContext&, const Params&);
Answer eth_get_transaction_receipt(CallContext&, const Params&);

// log_methods.cpp
Answer eth_get_logs(CallContext&, const Params&);
Answer eth_new_filter(CallContext&, const Params&);
Answer eth_new_block_filter(CallContext&, const Params&);
Answer eth_new_pending_transaction_filter(CallContext&, const Params&);
Answer eth_get_filter_changes(CallContext&, const Params&);
Answer eth_get_filter_logs(CallContext&, const Params&);
Answer eth_uninstall_filter(CallContext&, const Params&);
Answer eth_subscribe(CallContext&, const Params&);
Answer eth_unsubscribe(CallContext&, const Params&);

}  // namespace bourse::rpc

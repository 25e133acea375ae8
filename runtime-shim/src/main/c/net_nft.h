/* Rules as the kernel takes them: each is a run of small expressions on registers. */
#ifndef JBUILD_NET_NFT_H
#define JBUILD_NET_NFT_H

#include "net.h"

struct nft_chain {
	const char *table;
	const char *name;
	const char *type; /* filter, nat */
	uint32_t hook;    /* NF_INET_… */
	int32_t priority;
};

/* Where a rule is being written. */
struct nft_rule {
	struct nl *nl;
	size_t expressions;
};

void nft_begin(struct nl *nl);
int nft_commit(struct nl *nl);
void nft_table(struct nl *nl, const char *name, bool owned);
void nft_delete_table(struct nl *nl, const char *name);
void nft_chain(struct nl *nl, const struct nft_chain *chain);
/* Behind the others, or before them. */
struct nft_rule nft_rule(struct nl *nl, const char *table, const char *chain, bool first);
/* With a word by which it is found again. */
void nft_end(struct nft_rule *rule, const char *tag);
void nft_delete_rule(struct nl *nl, const char *table, const char *chain, uint64_t handle);

void nft_device(struct nft_rule *rule, bool in, bool equal, const char *name);
/* saddr or daddr, with as many bits as count. */
void nft_address(struct nft_rule *rule, bool source, bool equal, uint32_t address,
		 unsigned int prefix);
void nft_port(struct nft_rule *rule, int protocol, uint16_t port);
void nft_local_destination(struct nft_rule *rule);
/* ct state & mask != 0 */
void nft_state(struct nft_rule *rule, uint32_t mask);
void nft_translated(struct nft_rule *rule);
void nft_counter(struct nft_rule *rule);
void nft_verdict(struct nft_rule *rule, bool accept);
void nft_dnat(struct nft_rule *rule, uint32_t address, uint16_t port);
void nft_masquerade(struct nft_rule *rule);

struct nft_chain_facts {
	bool there;
	bool drops; /* by its policy */
};

struct nft_chain_facts nft_look(struct nl *nl, const char *table, const char *chain);
/* The names of all tables. */
void nft_each_table(struct nl *nl, void (*each)(const char *name, void *context), void *context);
bool nft_has_tagged(struct nl *nl, const char *table, const char *chain, const char *tag);
/* Deletes those with the tag. */
void nft_delete_tagged(struct nl *nl, const char *table, const char *chain, const char *tag);

#endif

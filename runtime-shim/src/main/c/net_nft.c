#include "net_nft.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>

/* Of the header's enums, not all are in the oldest headers. */
enum { TABLE_OWNER = 2, TAG_COMMENT = 0, TAGGED_ROOM = 64 };

static void begin(struct nl *nl, int type, int flags, uint16_t resource)
{
	struct nfgenmsg header = {.nfgen_family = resource ? AF_UNSPEC : NFPROTO_IPV4,
				  .version = NFNETLINK_V0,
				  .res_id = htons(resource)};

	nl_begin(nl, type, flags, &header, sizeof header);
}

static void command(struct nl *nl, int type, int flags)
{
	/* Every one acknowledged: an error of any undoes all. */
	begin(nl, NFNL_SUBSYS_NFTABLES << 8 | type, flags, 0);
}

void nft_begin(struct nl *nl)
{
	begin(nl, NFNL_MSG_BATCH_BEGIN, 0, NFNL_SUBSYS_NFTABLES);
}

int nft_commit(struct nl *nl)
{
	begin(nl, NFNL_MSG_BATCH_END, 0, NFNL_SUBSYS_NFTABLES);
	return nl_send(nl);
}

void nft_table(struct nl *nl, const char *name, bool owned)
{
	command(nl, NFT_MSG_NEWTABLE, NLM_F_CREATE);
	nl_text(nl, NFTA_TABLE_NAME, name);
	if (owned)
		nl_be32(nl, NFTA_TABLE_FLAGS, TABLE_OWNER);
}

void nft_delete_table(struct nl *nl, const char *name)
{
	command(nl, NFT_MSG_DELTABLE, 0);
	nl_text(nl, NFTA_TABLE_NAME, name);
}

void nft_chain(struct nl *nl, const struct nft_chain *chain)
{
	size_t hook;

	command(nl, NFT_MSG_NEWCHAIN, NLM_F_CREATE);
	nl_text(nl, NFTA_CHAIN_TABLE, chain->table);
	nl_text(nl, NFTA_CHAIN_NAME, chain->name);
	hook = nl_nest(nl, NFTA_CHAIN_HOOK);
	nl_be32(nl, NFTA_HOOK_HOOKNUM, chain->hook);
	nl_be32(nl, NFTA_HOOK_PRIORITY, (uint32_t)chain->priority);
	nl_unnest(nl, hook);
	nl_text(nl, NFTA_CHAIN_TYPE, chain->type);
}

struct nft_rule nft_rule(struct nl *nl, const char *table, const char *chain, bool first)
{
	struct nft_rule rule = {.nl = nl};

	command(nl, NFT_MSG_NEWRULE, NLM_F_CREATE | (first ? 0 : NLM_F_APPEND));
	nl_text(nl, NFTA_RULE_TABLE, table);
	nl_text(nl, NFTA_RULE_CHAIN, chain);
	rule.expressions = nl_nest(nl, NFTA_RULE_EXPRESSIONS);
	return rule;
}

void nft_end(struct nft_rule *rule, const char *tag)
{
	/* As nft writes comments: type, length, text. */
	char data[2 + TAGGED_ROOM] = {TAG_COMMENT};
	size_t size = tag ? strlen(tag) + 1 : 0;

	nl_unnest(rule->nl, rule->expressions);
	if (size == 0 || size > TAGGED_ROOM)
		return;
	data[1] = (char)size;
	memcpy(data + 2, tag, size);
	nl_put(rule->nl, NFTA_RULE_USERDATA, data, size + 2);
}

void nft_delete_rule(struct nl *nl, const char *table, const char *chain, uint64_t handle)
{
	uint64_t big = (uint64_t)htonl((uint32_t)(handle >> 32)) |
		       (uint64_t)htonl((uint32_t)handle) << 32;

	command(nl, NFT_MSG_DELRULE, 0);
	nl_text(nl, NFTA_RULE_TABLE, table);
	nl_text(nl, NFTA_RULE_CHAIN, chain);
	nl_put(nl, NFTA_RULE_HANDLE, &big, sizeof big);
}

struct expression {
	size_t element;
	size_t data;
};

static struct expression open_expression(struct nft_rule *rule, const char *name)
{
	struct expression expression;

	expression.element = nl_nest(rule->nl, NFTA_LIST_ELEM);
	nl_text(rule->nl, NFTA_EXPR_NAME, name);
	expression.data = nl_nest(rule->nl, NFTA_EXPR_DATA);
	return expression;
}

static void close_expression(struct nft_rule *rule, const struct expression *expression)
{
	nl_unnest(rule->nl, expression->data);
	nl_unnest(rule->nl, expression->element);
}

static void value(struct nft_rule *rule, int type, const void *data, size_t size)
{
	size_t nest = nl_nest(rule->nl, type);

	nl_put(rule->nl, NFTA_DATA_VALUE, data, size);
	nl_unnest(rule->nl, nest);
}

/* Goes on with the rule when register 1 is (or is not) that. */
static void compare(struct nft_rule *rule, bool equal, const void *data, size_t size)
{
	struct expression e = open_expression(rule, "cmp");

	nl_be32(rule->nl, NFTA_CMP_SREG, NFT_REG_1);
	nl_be32(rule->nl, NFTA_CMP_OP, equal ? NFT_CMP_EQ : NFT_CMP_NEQ);
	value(rule, NFTA_CMP_DATA, data, size);
	close_expression(rule, &e);
}

static void mask(struct nft_rule *rule, uint32_t bits)
{
	const uint32_t none = 0;
	struct expression e = open_expression(rule, "bitwise");

	nl_be32(rule->nl, NFTA_BITWISE_SREG, NFT_REG_1);
	nl_be32(rule->nl, NFTA_BITWISE_DREG, NFT_REG_1);
	nl_be32(rule->nl, NFTA_BITWISE_LEN, sizeof bits);
	value(rule, NFTA_BITWISE_MASK, &bits, sizeof bits);
	value(rule, NFTA_BITWISE_XOR, &none, sizeof none);
	close_expression(rule, &e);
}

static void load_meta(struct nft_rule *rule, uint32_t key)
{
	struct expression e = open_expression(rule, "meta");

	nl_be32(rule->nl, NFTA_META_KEY, key);
	nl_be32(rule->nl, NFTA_META_DREG, NFT_REG_1);
	close_expression(rule, &e);
}

static void load_payload(struct nft_rule *rule, uint32_t base, uint32_t offset, uint32_t size)
{
	struct expression e = open_expression(rule, "payload");

	nl_be32(rule->nl, NFTA_PAYLOAD_DREG, NFT_REG_1);
	nl_be32(rule->nl, NFTA_PAYLOAD_BASE, base);
	nl_be32(rule->nl, NFTA_PAYLOAD_OFFSET, offset);
	nl_be32(rule->nl, NFTA_PAYLOAD_LEN, size);
	close_expression(rule, &e);
}

static void load_ct(struct nft_rule *rule, uint32_t key)
{
	struct expression e = open_expression(rule, "ct");

	nl_be32(rule->nl, NFTA_CT_KEY, key);
	nl_be32(rule->nl, NFTA_CT_DREG, NFT_REG_1);
	close_expression(rule, &e);
}

static void load_immediate(struct nft_rule *rule, uint32_t reg, const void *data, size_t size)
{
	struct expression e = open_expression(rule, "immediate");

	nl_be32(rule->nl, NFTA_IMMEDIATE_DREG, reg);
	value(rule, NFTA_IMMEDIATE_DATA, data, size);
	close_expression(rule, &e);
}

void nft_device(struct nft_rule *rule, bool in, bool equal, const char *name)
{
	char padded[LINK_NAME] = {0};

	memcpy(padded, name, strlen(name));
	load_meta(rule, in ? NFT_META_IIFNAME : NFT_META_OIFNAME);
	compare(rule, equal, padded, sizeof padded);
}

void nft_address(struct nft_rule *rule, bool source, bool equal, uint32_t address,
		 unsigned int prefix)
{
	uint32_t bits = prefix == 0 ? 0 : htonl((uint32_t)(0xffffffffULL << (32 - prefix)));
	uint32_t network = htonl(address) & bits;

	load_payload(rule, NFT_PAYLOAD_NETWORK_HEADER, source ? 12 : 16, 4);
	if (prefix < 32)
		mask(rule, bits);
	compare(rule, equal, &network, sizeof network);
}

void nft_port(struct nft_rule *rule, int protocol, uint16_t port)
{
	uint8_t number = (uint8_t)protocol;
	uint16_t big = htons(port);

	load_meta(rule, NFT_META_L4PROTO);
	compare(rule, true, &number, sizeof number);
	load_payload(rule, NFT_PAYLOAD_TRANSPORT_HEADER, 2, 2);
	compare(rule, true, &big, sizeof big);
}

void nft_local_destination(struct nft_rule *rule)
{
	const uint32_t local = RTN_LOCAL;
	struct expression e = open_expression(rule, "fib");

	nl_be32(rule->nl, NFTA_FIB_DREG, NFT_REG_1);
	nl_be32(rule->nl, NFTA_FIB_RESULT, NFT_FIB_RESULT_ADDRTYPE);
	nl_be32(rule->nl, NFTA_FIB_FLAGS, NFTA_FIB_F_DADDR);
	close_expression(rule, &e);
	compare(rule, true, &local, sizeof local);
}

static void has_bits(struct nft_rule *rule, uint32_t key, uint32_t bits)
{
	const uint32_t none = 0;

	load_ct(rule, key);
	mask(rule, bits);
	compare(rule, false, &none, sizeof none);
}

void nft_state(struct nft_rule *rule, uint32_t states)
{
	has_bits(rule, NFT_CT_STATE, states);
}

void nft_translated(struct nft_rule *rule)
{
	has_bits(rule, NFT_CT_STATUS, IPS_DST_NAT);
}

void nft_counter(struct nft_rule *rule)
{
	struct expression e = open_expression(rule, "counter");

	close_expression(rule, &e);
}

void nft_verdict(struct nft_rule *rule, bool accept)
{
	struct expression e = open_expression(rule, "immediate");
	size_t data;
	size_t verdict;

	nl_be32(rule->nl, NFTA_IMMEDIATE_DREG, NFT_REG_VERDICT);
	data = nl_nest(rule->nl, NFTA_IMMEDIATE_DATA);
	verdict = nl_nest(rule->nl, NFTA_DATA_VERDICT);
	nl_be32(rule->nl, NFTA_VERDICT_CODE, accept ? NF_ACCEPT : NF_DROP);
	nl_unnest(rule->nl, verdict);
	nl_unnest(rule->nl, data);
	close_expression(rule, &e);
}

void nft_dnat(struct nft_rule *rule, uint32_t address, uint16_t port)
{
	uint32_t big = htonl(address);
	uint16_t big_port = htons(port);
	struct expression e;

	load_immediate(rule, NFT_REG_1, &big, sizeof big);
	load_immediate(rule, NFT_REG_2, &big_port, sizeof big_port);
	e = open_expression(rule, "nat");
	nl_be32(rule->nl, NFTA_NAT_TYPE, NFT_NAT_DNAT);
	nl_be32(rule->nl, NFTA_NAT_FAMILY, NFPROTO_IPV4);
	nl_be32(rule->nl, NFTA_NAT_REG_ADDR_MIN, NFT_REG_1);
	nl_be32(rule->nl, NFTA_NAT_REG_PROTO_MIN, NFT_REG_2);
	close_expression(rule, &e);
}

void nft_masquerade(struct nft_rule *rule)
{
	struct expression e = open_expression(rule, "masq");

	close_expression(rule, &e);
}

/* ---- what is there ---- */

static const struct nlattr *attribute(const struct nlmsghdr *message, int type)
{
	const size_t header = NLMSG_LENGTH(sizeof(struct nfgenmsg));

	return nl_find((const char *)message + header, message->nlmsg_len - header, type);
}

static void look_at_chain(const struct nlmsghdr *message, void *context)
{
	struct nft_chain_facts *facts = context;
	const struct nlattr *policy = attribute(message, NFTA_CHAIN_POLICY);
	uint32_t verdict;

	facts->there = true;
	if (policy) {
		memcpy(&verdict, policy + 1, sizeof verdict);
		facts->drops = ntohl(verdict) == NF_DROP;
	}
}

struct nft_chain_facts nft_look(struct nl *nl, const char *table, const char *chain)
{
	struct nft_chain_facts facts = {0};

	command(nl, NFT_MSG_GETCHAIN, 0);
	nl_text(nl, NFTA_CHAIN_TABLE, table);
	nl_text(nl, NFTA_CHAIN_NAME, chain);
	(void)nl_dump(nl, look_at_chain, &facts);
	return facts;
}

struct table_visit {
	void (*each)(const char *name, void *context);
	void *context;
};

static void look_at_table(const struct nlmsghdr *message, void *context)
{
	const struct table_visit *visit = context;
	const struct nlattr *name = attribute(message, NFTA_TABLE_NAME);

	if (name)
		visit->each((const char *)(name + 1), visit->context);
}

void nft_each_table(struct nl *nl, void (*each)(const char *name, void *context), void *context)
{
	struct table_visit visit = {each, context};

	command(nl, NFT_MSG_GETTABLE, NLM_F_DUMP);
	(void)nl_dump(nl, look_at_table, &visit);
}

struct tagged {
	const char *tag;
	uint64_t handles[TAGGED_ROOM];
	size_t count;
};

static void look_at_rule(const struct nlmsghdr *message, void *context)
{
	struct tagged *tagged = context;
	const struct nlattr *data = attribute(message, NFTA_RULE_USERDATA);
	const struct nlattr *handle = attribute(message, NFTA_RULE_HANDLE);
	const size_t size = strlen(tagged->tag) + 1;
	uint32_t halves[2];

	if (!data || !handle || tagged->count == TAGGED_ROOM ||
	    data->nla_len < sizeof *data + 2 + size ||
	    memcmp((const char *)(data + 1) + 2, tagged->tag, size) != 0)
		return;
	memcpy(halves, handle + 1, sizeof halves);
	tagged->handles[tagged->count++] =
		(uint64_t)ntohl(halves[0]) << 32 | ntohl(halves[1]);
}

static void find_tagged(struct nl *nl, const char *table, const char *chain,
			struct tagged *tagged)
{
	command(nl, NFT_MSG_GETRULE, NLM_F_DUMP);
	nl_text(nl, NFTA_RULE_TABLE, table);
	nl_text(nl, NFTA_RULE_CHAIN, chain);
	/* No such chain: nothing was found. */
	(void)nl_dump(nl, look_at_rule, tagged);
}

bool nft_has_tagged(struct nl *nl, const char *table, const char *chain, const char *tag)
{
	struct tagged tagged = {.tag = tag};

	find_tagged(nl, table, chain, &tagged);
	return tagged.count > 0;
}

void nft_delete_tagged(struct nl *nl, const char *table, const char *chain, const char *tag)
{
	struct tagged tagged = {.tag = tag};

	find_tagged(nl, table, chain, &tagged);
	if (tagged.count == 0)
		return;
	nft_begin(nl);
	for (size_t i = 0; i < tagged.count; i++)
		nft_delete_rule(nl, table, chain, tagged.handles[i]);
	(void)nft_commit(nl);
}

/* Sockets on the host for published ports: who has them has the ports, and nobody else. */
#include "net.h"
#include "userns.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BACKLOG = 1024, RANDOM_TRIES = 64 };

static int bind_port(const struct net_port *port, const struct sockaddr *address, socklen_t size)
{
	const bool tcp = port->protocol == IPPROTO_TCP;
	const int on = 1;
	int error;
	int fd = socket(address->sa_family,
			(tcp ? SOCK_STREAM : SOCK_DGRAM) | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return -1;
	/* Old connections in TIME_WAIT are no reason to wait. For udp it would share the port. */
	if (tcp)
		(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	if (address->sa_family == AF_INET6)
		(void)setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
	if (bind(fd, address, size) == 0 && (!tcp || listen(fd, BACKLOG) == 0))
		return fd;
	error = errno;
	(void)close(fd);
	errno = error;
	return -1;
}

static int bind4(const struct net_port *port, uint16_t number)
{
	const struct sockaddr_in address = {
		.sin_family = AF_INET, .sin_addr = port->ip4, .sin_port = htons(number)};

	return bind_port(port, (const struct sockaddr *)&address, sizeof address);
}

static int bind6(const struct net_port *port, uint16_t number)
{
	const struct sockaddr_in6 address = {
		.sin6_family = AF_INET6, .sin6_addr = port->ip6, .sin6_port = htons(number)};

	return bind_port(port, (const struct sockaddr *)&address, sizeof address);
}

static uint16_t number_of(int fd)
{
	struct sockaddr_in6 address;
	socklen_t size = sizeof address;

	if (getsockname(fd, (struct sockaddr *)&address, &size) < 0)
		return 0;
	/* At the same place in both families. */
	return ntohs(address.sin6_port);
}

/* A host without IPv6 has the other half. */
static bool is_optional(const struct net_port *port, int error)
{
	return port->v4 && (error == EAFNOSUPPORT || error == EADDRNOTAVAIL);
}

/* Both families get the same number. */
static bool try_number(struct net_port *port, uint16_t number)
{
	int error;

	if (port->v4) {
		port->fd4 = bind4(port, number);
		if (port->fd4 < 0)
			return false;
		number = number_of(port->fd4);
	}
	if (port->v6) {
		port->fd6 = bind6(port, number);
		error = errno;
		if (port->fd6 < 0 && !is_optional(port, error)) {
			close_fdp(&port->fd4);
			errno = error;
			return false;
		}
		if (port->fd6 >= 0)
			number = number_of(port->fd6);
	}
	port->bound = number;
	return true;
}

static bool refuse(const struct net_port *port, int error)
{
	char ip[INET6_ADDRSTRLEN] = "0.0.0.0";
	const char *protocol = port->protocol == IPPROTO_TCP ? "tcp" : "udp";

	if (port->v4)
		(void)inet_ntop(AF_INET, &port->ip4, ip, sizeof ip);
	else
		(void)inet_ntop(AF_INET6, &port->ip6, ip, sizeof ip);
	if (error == EADDRINUSE && port->first == port->last)
		return net_fail("Bind for %s%s%s:%u failed: port is already allocated",
				port->v4 ? "" : "[", ip, port->v4 ? "" : "]", port->first);
	if (error == EADDRINUSE)
		return net_fail("Bind for %s:%u-%u failed: all ports are allocated", ip, port->first,
				port->last);
	if (error == EACCES && getenv(SESSION_VARIABLE))
		return net_fail("failed to bind host port %s:%u/%s: ports below 1024 are root's; take another, or as root: "
				"sysctl -w net.ipv4.ip_unprivileged_port_start=%u",
				ip, port->first, protocol, port->first);
	return net_fail_errno(error, "failed to bind host port %s:%u/%s", ip, port->first, protocol);
}

static bool reserve(struct net_port *port)
{
	/* A free one of one family may be taken in the other: once more then. */
	int tries = port->first == 0 ? RANDOM_TRIES : port->last - port->first + 1;

	for (int i = 0; i < tries; i++) {
		uint16_t number = port->first == 0 ? 0 : (uint16_t)(port->first + i);

		if (try_number(port, number))
			return true;
		if (errno != EADDRINUSE)
			break;
	}
	return refuse(port, errno);
}

bool ports_reserve(struct net_plan *plan)
{
	if (plan->reserved)
		return true;
	for (size_t i = 0; i < plan->port_count; i++) {
		char why[256];

		if (reserve(&plan->ports[i]))
			continue;
		(void)snprintf(why, sizeof why, "%.255s", net_text);
		/* Docker's words. */
		return net_fail("failed to set up container networking: driver failed programming "
				"external connectivity on endpoint %.100s (%s): %s",
				plan->called ? plan->called : "", plan->container, why);
	}
	return true;
}

bool ports_reserve_outside(struct net_plan *plan)
{
	if (!getenv(SESSION_VARIABLE))
		return true;
	plan->reserved = ports_reserve(plan);
	return plan->reserved;
}

void ports_close(struct net_plan *plan)
{
	for (size_t i = 0; i < plan->port_count; i++) {
		close_fdp(&plan->ports[i].fd4);
		close_fdp(&plan->ports[i].fd6);
	}
}

static bool tell(int live, const struct net_port *port, const char *address)
{
	char line[160];
	int size = snprintf(line, sizeof line, "port\t%s\t%u\t%s\t%u\n",
			    port->protocol == IPPROTO_TCP ? "tcp" : "udp", port->inside, address,
			    port->bound);

	return write_all(live, line, (size_t)size);
}

bool ports_tell(const struct net_plan *plan, int live)
{
	char ip[INET6_ADDRSTRLEN];
	bool told = true;

	for (size_t i = 0; told && i < plan->port_count; i++) {
		const struct net_port *port = &plan->ports[i];

		if (port->fd4 >= 0)
			told = tell(live, port, inet_ntop(AF_INET, &port->ip4, ip, sizeof ip));
		if (told && port->fd6 >= 0)
			told = tell(live, port, inet_ntop(AF_INET6, &port->ip6, ip, sizeof ip));
	}
	return told || net_fail_errno(errno, "write the published ports");
}

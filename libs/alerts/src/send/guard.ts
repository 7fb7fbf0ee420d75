import { promises as dns, type LookupAddress } from 'node:dns';
import { BlockList, isIP } from 'node:net';

/**
 * Keeps channels from being used to reach what only this machine can reach (cloud metadata, databases, the console
 * itself). The name is resolved here, and the connection is made to the addresses that were checked: a name that
 * answers differently the second time gains nothing.
 */
export class TargetRefused extends Error {}

export type Resolver = (hostname: string) => Promise<LookupAddress[]>;
export type Target = { url: URL; addresses: LookupAddress[] };

const resolveAll: Resolver = (hostname) => dns.lookup(hostname, { all: true, verbatim: true });

/** IANA's special-purpose IPv4 registry, multicast and reserved space: none of it is somewhere on the internet. */
const V4_LOCAL = cidrs([
  ...['0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12'],
  ...['192.0.0.0/24', '192.0.2.0/24', '192.88.99.0/24', '192.168.0.0/16', '198.18.0.0/15', '198.51.100.0/24'],
  ...['203.0.113.0/24', '224.0.0.0/4', '240.0.0.0/4'],
]);
/** IPv6 the other way round: only global unicast is out there, without Teredo, documentation and 6to4. */
const V6_GLOBAL = cidrs(['2000::/3']);
const V6_LOCAL = cidrs(['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20']);

/** A list of `10.0.0.0/8`, `fd00::/8` or single addresses. Throws {@link TargetRefused} naming what is not one. */
export function cidrs(list: readonly string[]): BlockList {
  const blocks = new BlockList();
  for (const raw of list) {
    const [, address = '', bits] = /^\s*([0-9A-Fa-f:.]+)(?:\/(\d{1,3}))?\s*$/.exec(raw) ?? [];
    const family = isIP(address);
    const bitsMax = family === 4 ? 32 : 128;
    if (family === 0 || Number(bits ?? 0) > bitsMax)
      throw new TargetRefused(`PLUMBLINE_ALLOW_PRIVATE_TARGETS: '${raw}' is not a network such as 10.0.0.0/8`);
    blocks.addSubnet(address, Number(bits ?? bitsMax), family === 4 ? 'ipv4' : 'ipv6');
  }
  return blocks;
}

/** The IPv4 address inside `::ffff:a.b.c.d` or NAT64's `64:ff9b::a.b.c.d`, which is where such a packet ends up. */
function embeddedV4(address: string): string | null {
  // The URL parser writes every IPv6 address in its one canonical form, the last 32 bits as two groups.
  const canonical = new URL(`http://[${address}]`).hostname.slice(1, -1);
  const [, high, low] = /^(?:::ffff:|64:ff9b::)(?:([0-9a-f]{1,4}):)?([0-9a-f]{1,4})$/.exec(canonical) ?? [];
  if (low === undefined) return null;
  const [a, b] = [Number.parseInt(high ?? '0', 16), Number.parseInt(low, 16)];
  return [a >> 8, a & 255, b >> 8, b & 255].join('.');
}

/** Whether this literal address is one that a channel may be sent to. */
export function isAllowed(address: string, allowed: BlockList): boolean {
  const bare = address.replace(/%.*$/, '');
  if (isIP(bare) === 4) return allowed.check(bare) || !V4_LOCAL.check(bare);
  if (isIP(bare) !== 6) return false;
  const inner = embeddedV4(bare);
  if (inner) return isAllowed(inner, allowed) || allowed.check(bare, 'ipv6');
  return allowed.check(bare, 'ipv6') || (V6_GLOBAL.check(bare, 'ipv6') && !V6_LOCAL.check(bare, 'ipv6'));
}

/** Throws {@link TargetRefused} for an address without a name that must not be reached, without asking anybody. */
export function assertLiteral(raw: string, allowPrivate: readonly string[]): void {
  if (!URL.canParse(raw)) throw new TargetRefused('the address of the channel is not a URL');
  const host = hostOf(new URL(raw));
  if (isIP(host) && !isAllowed(host, cidrs(allowPrivate))) throw isPrivate(host);
}

// Decimal, octal, hexadecimal and short forms of IPv4 have become dotted here: the URL parser saw to it.
const hostOf = (url: URL): string => url.hostname.replace(/^\[|\]$/g, '');
const isPrivate = (where: string) =>
  new TargetRefused(
    `${where} is a private or local address: refused unless PLUMBLINE_ALLOW_PRIVATE_TARGETS lists its network`,
  );

/**
 * The address parsed, resolved and checked. Throws {@link TargetRefused} for what no retry can mend; an error of the
 * resolver passes through. Of several addresses the refused ones are left out.
 */
export async function checkTarget(
  raw: string,
  allowPrivate: readonly string[],
  resolve: Resolver = resolveAll,
): Promise<Target> {
  if (!URL.canParse(raw)) throw new TargetRefused('the address of the channel is not a URL');
  const url = new URL(raw);
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    throw new TargetRefused(`${url.protocol}// is not a way to send: use https`);
  const allowed = cidrs(allowPrivate);
  const host = hostOf(url);
  const family = isIP(host);
  const found = family ? [{ address: host, family }] : await resolve(host);
  if (found.length === 0) throw new Error(`${host} has no address`);
  const addresses = found.filter(({ address }) => isAllowed(address, allowed));
  if (addresses.length === 0) throw isPrivate(family ? host : `${host} (${found.map((a) => a.address).join(', ')})`);
  return { url, addresses };
}

import { describe, expect, it } from 'vitest';
import { checkTarget, cidrs, isAllowed, TargetRefused } from './guard.js';

const none = cidrs([]);
const answering =
  (...addresses: string[]) =>
  async () =>
    addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
const never = () => Promise.reject(new Error('asked for a name'));

describe('addresses', () => {
  it.each([
    ...['0.0.0.0', '0.1.2.3', '10.0.0.1', '10.255.255.255', '100.64.0.1', '100.127.255.255', '127.0.0.1'],
    ...['127.255.255.254', '169.254.169.254', '172.16.0.1', '172.31.255.255', '192.0.0.1', '192.0.2.1'],
    ...['192.168.1.1', '198.18.0.1', '198.51.100.7', '203.0.113.7', '224.0.0.1', '239.255.255.250'],
    ...['240.0.0.1', '255.255.255.255', '::', '::1', '::ffff:127.0.0.1', '::ffff:7f00:1', '::ffff:10.1.2.3'],
    ...['::ffff:169.254.169.254', '0:0:0:0:0:ffff:0a00:0001', '::127.0.0.1', '::ffff:0:127.0.0.1'],
    ...['64:ff9b::127.0.0.1', '64:ff9b::a00:1', '64:ff9b:1::1', '100::1', '2001::1', '2001:db8::1'],
    ...['2002:7f00:1::', '3fff::1', 'fc00::1', 'fd12:3456::1', 'fe80::1', 'fe80::1%eth0', 'fec0::1'],
    ...['ff02::1', '5f00::1', 'localhost', '', '1.2.3', '1.2.3.4.5'],
  ])('%s is refused', (address) => expect(isAllowed(address, none)).toBe(false));

  it.each([
    ...['1.1.1.1', '8.8.8.8', '100.63.255.255', '100.128.0.0', '172.15.0.1', '172.32.0.1', '192.167.1.1'],
    ...['223.255.255.255', '2606:4700:4700::1111', '2a00:1450::1', '::ffff:8.8.8.8', '64:ff9b::8.8.8.8'],
  ])('%s is on the internet', (address) => expect(isAllowed(address, none)).toBe(true));

  it.each([
    ['127.0.0.1', ['127.0.0.0/8'], true],
    ['::ffff:127.0.0.1', ['127.0.0.0/8'], true],
    ['::1', ['127.0.0.0/8'], false],
    ['::1', ['::1'], true],
    ['10.1.2.3', ['10.1.0.0/16'], true],
    ['10.2.2.3', ['10.1.0.0/16'], false],
    ['10.1.2.3', ['10.1.2.3'], true],
    ['10.1.2.4', [' 10.1.2.3/32 '], false],
    ['fd00::5', ['fd00::/8'], true],
    ['169.254.169.254', ['10.0.0.0/8', '127.0.0.1'], false],
    ['192.168.0.1', ['0.0.0.0/0'], true],
    ['fe80::1', ['::/0'], true],
  ] as const)('%s with %j allowed: %s', (address, allow, ok) => expect(isAllowed(address, cidrs(allow))).toBe(ok));

  it.each(['10.0.0.0/33', '::/129', 'internal', '10.0.0', '', '10.0.0.0/', '10.0.0.0/-1', '10.0.0.0/8/8'])(
    '%j is not a network',
    (cidr) => expect(() => cidrs([cidr])).toThrow(/PLUMBLINE_ALLOW_PRIVATE_TARGETS: '.*' is not a network/),
  );
});

describe('targets', () => {
  it.each([
    ...['http://127.0.0.1/x', 'http://127.1/', 'http://2130706433/', 'http://0x7f000001/', 'http://0177.0.0.1/'],
    ...['http://[::1]:9200/', 'http://[::ffff:127.0.0.1]/', 'http://169.254.169.254/latest/meta-data/'],
    ...['http://10.0.0.5/', 'http://0.0.0.0/', 'http://0/', 'https://①②⑦.0.0.1/', 'http://user:pw@192.168.0.1/'],
  ])('%s is refused without asking for a name', async (url) => {
    await expect(checkTarget(url, [], never)).rejects.toThrow(TargetRefused);
    await expect(checkTarget(url, [], never)).rejects.toThrow(/private or local.*PLUMBLINE_ALLOW_PRIVATE_TARGETS/);
  });

  it.each(['ftp://example.com/', 'file:///etc/passwd', 'gopher://127.0.0.1/', 'javascript:alert(1)', 'nonsense', ''])(
    '%s is refused',
    (url) => expect(checkTarget(url, ['0.0.0.0/0'], never)).rejects.toThrow(TargetRefused),
  );

  it.each([['10.1.2.3'], ['::1'], ['::ffff:192.168.0.1'], ['127.0.0.1', '::1']])(
    'a name that leads to %s is refused, and says where it led',
    async (...addresses) => {
      const check = checkTarget('https://hook.example.com/x', [], answering(...addresses));
      await expect(check).rejects.toThrow(`hook.example.com (${addresses.join(', ')}) is a private or local address`);
    },
  );

  it('keeps to the addresses that are allowed', async () => {
    const resolve = answering('10.1.2.3', '93.184.216.34', 'fd00::1', '2606:2800::1');
    const { addresses } = await checkTarget('https://hook.example.com/x', [], resolve);
    expect(addresses.map((a) => a.address)).toEqual(['93.184.216.34', '2606:2800::1']);
  });

  it('lets through what is listed', async () => {
    const { addresses, url } = await checkTarget('http://hook.local:8080/x', ['10.0.0.0/8'], answering('10.1.2.3'));
    expect(addresses).toEqual([{ address: '10.1.2.3', family: 4 }]);
    expect(url.port).toBe('8080');
    await expect(checkTarget('http://127.0.0.1:1/', ['127.0.0.0/8'], never)).resolves.toBeDefined();
  });

  it('a resolver that fails is no refusal: it may work later', async () => {
    const check = (resolve: () => Promise<never[]>) => checkTarget('https://a.example/', [], resolve);
    const notFound = check(() => Promise.reject(new Error('ENOTFOUND')));
    await expect(notFound).rejects.not.toThrow(TargetRefused);
    await expect(check(async () => [])).rejects.toThrow('a.example has no address');
  });
});

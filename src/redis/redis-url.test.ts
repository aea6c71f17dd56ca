import { describe, expect, it } from 'vitest';
import { parseRedisUrl } from './redis-url.js';

const parse = (text: string) => parseRedisUrl(text, { allowInsecure: false });
const LOCAL = { host: '127.0.0.1', port: 6379 };

describe('REDIS_URL', () => {
  it.each([
    ['redis://127.0.0.1', { nodes: [LOCAL] }],
    ['redis://localhost:6380/3', { nodes: [{ host: 'localhost', port: 6380 }], database: 3 }],
    ['redis://[::1]:6380/', { nodes: [{ host: '::1', port: 6380 }] }],
    ['redis://:p%40%2C1@127.0.0.1', { nodes: [LOCAL], password: 'p@,1' }],
    [
      'rediss://bidder:secret@127.0.0.1',
      { nodes: [LOCAL], tls: true, username: 'bidder', password: 'secret' },
    ],
    ['redis-cluster://127.0.0.1', { nodes: [LOCAL], cluster: true }],
    ['rediss-cluster://127.0.0.1', { nodes: [LOCAL], cluster: true, tls: true }],
    [
      'redis://:p@127.0.0.1, 127.0.0.1:7001,redis://127.0.0.1:7002',
      {
        nodes: [LOCAL, { host: '127.0.0.1', port: 7001 }, { host: '127.0.0.1', port: 7002 }],
        cluster: true,
        password: 'p',
      },
    ],
  ])('takes %s', (text, expected) => {
    expect(parse(text)).toEqual({
      cluster: false,
      tls: false,
      username: undefined,
      password: undefined,
      database: 0,
      ...expected,
    });
  });

  it.each([
    ['', 'REDIS_URL is empty: it does not begin with redis://'],
    ['localhost:6379', 'it does not begin with redis:// or rediss://'],
    ['http://localhost', 'it does not begin with redis:// or rediss://'],
    ['redis://', 'it is not of that form'],
    ['redis://127.0.0.1:0', 'its port is 0'],
    ['redis://127.0.0.1:66666', 'its port is 66666'],
    ['redis://127.0.0.1/x', 'it is not of that form'],
    ['redis://127.0.0.1,', 'it is not of that form'],
    ['redis://127.0.0.1/1,127.0.0.1', 'it names a database, and Cluster has only database 0'],
    ['redis://a:b@127.0.0.1,c:d@127.0.0.1', 'its nodes have different users or passwords'],
    ['redis://:%zz@127.0.0.1', 'a % that is not followed by two hexadecimal digits'],
  ])('says what is wrong with "%s"', (text, message) => {
    expect(() => parse(text)).toThrow(message);
    expect(() => parse(text)).toThrow('such as rediss://bidder:secret@redis.example:6379');
  });

  it.each([
    ['redis://192.0.2.1', 'without TLS and without a password'],
    ['redis://:hush@192.0.2.1', 'without TLS'],
    ['rediss://redis.example', 'without a password'],
    ['redis://127.0.0.1,192.0.2.1', '192.0.2.1 is another machine'],
    ['redis://127.0.0.1.example', '127.0.0.1.example is another machine'],
    ['redis://0.0.0.0', '0.0.0.0 is another machine'],
  ])('refuses %s, and says what to do', (text, message) => {
    expect(() => parse(text)).toThrow(message);
    expect(() => parse(text)).toThrow('set REDIS_INSECURE=allow');
    expect(parseRedisUrl(text, { allowInsecure: true }).nodes).not.toEqual([]);
  });

  it('takes another machine with TLS and password', () => {
    expect(parse('rediss://:hush@redis.example').tls).toBe(true);
  });

  it.each(['redis://:hush@192.0.2.1', 'nonsense://u:hush@h', 'redis://u:hu@hush@h:x', 'redis://u:hush@h:0'])(
    'never shows a password: %s',
    (text) => {
      let message = '';
      try {
        parse(text);
      } catch (error) {
        message = String(error);
      }
      expect(message).toContain('REDIS_URL is');
      expect(message).not.toContain('hush');
    },
  );
});

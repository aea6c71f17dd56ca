/** Where Redis is, as `REDIS_URL` says it. */
export interface RedisTarget {
  /** At least one; for Cluster some of its nodes, by which the others are found. */
  readonly nodes: readonly RedisAddress[];
  readonly cluster: boolean;
  readonly tls: boolean;
  readonly username: string | undefined;
  readonly password: string | undefined;
  /** Number of the logical database; always 0 with Cluster. */
  readonly database: number;
}

export interface RedisAddress {
  readonly host: string;
  readonly port: number;
}

const SCHEMES: ReadonlyMap<string, Pick<RedisTarget, 'cluster' | 'tls'>> = new Map([
  ['redis', { cluster: false, tls: false }],
  ['rediss', { cluster: false, tls: true }],
  ['redis-cluster', { cluster: true, tls: false }],
  ['rediss-cluster', { cluster: true, tls: true }],
]);
const EXAMPLE =
  'expected redis://[user:password@]host[:port][/database] with rediss:// for TLS and several nodes separated by ' +
  'commas for Cluster, such as rediss://bidder:secret@redis.example:6379';
const DEFAULT_PORT = 6379;
const NODES_MAX = 64;
const DATABASE_MAX = 65_535;

/**
 * @param text of one node, or of several Cluster nodes separated by commas of which only the first needs scheme, user
 *   and password; characters of a password that mean something in a URL are percent-encoded
 * @param allowInsecure take a host that is not this machine without password or without TLS
 * @throws an Error that says what was found, with the password hidden, what was expected, and what to do
 */
export function parseRedisUrl(
  text: string,
  { allowInsecure }: { readonly allowInsecure: boolean },
): RedisTarget {
  const [, scheme = '', rest = ''] = /^([a-z-]+):\/\/(.*)$/s.exec(text.trim()) ?? [];
  const kind = SCHEMES.get(scheme);
  if (kind === undefined) throw problem(text, 'it does not begin with redis:// or rediss://');
  const parts = rest.split(',').map((part) => parsePart(withoutScheme(part.trim(), scheme), text));
  if (parts.length > NODES_MAX)
    throw problem(text, `it names ${parts.length} nodes, at most ${NODES_MAX} are taken`);
  const [first] = parts;
  if (first === undefined) throw problem(text, 'it names no host');
  for (const part of parts.slice(1)) {
    const differs = part.username !== undefined && part.username !== first.username;
    if (differs || (part.password !== undefined && part.password !== first.password)) {
      throw problem(text, 'its nodes have different users or passwords');
    }
  }
  const cluster = kind.cluster || parts.length > 1;
  if (cluster && parts.some(({ database }) => database !== 0)) {
    throw problem(text, 'it names a database, and Cluster has only database 0');
  }
  const { username, password, database } = first;
  const nodes = parts.map(({ host, port }) => ({ host, port }));
  const target = { nodes, cluster, tls: kind.tls, username, password, database };
  if (!allowInsecure) refuseInsecure(target, text);
  return target;
}

/** Visitors' data would cross the network in the clear, or lie open to whoever finds the port. */
function refuseInsecure(target: RedisTarget, text: string): void {
  const remote = target.nodes.find(({ host }) => !isLoopback(host));
  if (remote === undefined || (target.tls && target.password !== undefined)) return;
  const lacks = [target.tls ? '' : 'TLS', target.password === undefined ? 'a password' : ''].filter(Boolean);
  throw new Error(
    `REDIS_URL is ${hidePassword(text)}: ${remote.host} is another machine, and it would be asked without ` +
      `${lacks.join(' and without ')}; use rediss://user:password@${remote.host}, or set REDIS_INSECURE=allow if ` +
      'nobody else can reach this network',
  );
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(host);
}

type UrlPart = RedisAddress & Pick<RedisTarget, 'username' | 'password' | 'database'>;

function withoutScheme(part: string, scheme: string): string {
  return part.startsWith(`${scheme}://`) ? part.slice(scheme.length + 3) : part;
}

function parsePart(part: string, text: string): UrlPart {
  const match =
    /^(?:(?<user>[^:@/]*)(?::(?<password>[^@/]*))?@)?(?<host>\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+)(?::(?<port>\d{1,5}))?(?:\/(?<database>\d{1,5})?)?$/.exec(
      part,
    );
  if (match?.groups === undefined) throw problem(text, 'it is not of that form');
  const { user, password, host = '', port, database } = match.groups;
  const portNumber = Number(port ?? DEFAULT_PORT);
  if (portNumber < 1 || portNumber > 65_535) throw problem(text, `its port is ${portNumber}`);
  const databaseNumber = Number(database ?? 0);
  if (databaseNumber > DATABASE_MAX) throw problem(text, `its database is ${databaseNumber}`);
  return {
    host: host.replace(/^\[|\]$/g, '').toLowerCase(),
    port: portNumber,
    username: decode(user, text),
    password: decode(password, text),
    database: databaseNumber,
  };
}

/** @returns undefined also for the empty text: `redis://:secret@host` has a password and no user */
function decode(encoded: string | undefined, text: string): string | undefined {
  if (encoded === undefined || encoded === '') return undefined;
  try {
    return decodeURIComponent(encoded);
  } catch {
    throw problem(text, 'its user or password has a % that is not followed by two hexadecimal digits');
  }
}

function problem(text: string, found: string): Error {
  return new Error(`REDIS_URL is ${hidePassword(text)}: ${found}; ${EXAMPLE}`);
}

/** Whatever stands before the last @ may be a password in some broken form. */
function hidePassword(text: string): string {
  const trimmed = text.trim();
  const at = trimmed.lastIndexOf('@');
  if (at < 0) return trimmed === '' ? 'empty' : trimmed.slice(0, 200);
  const scheme = /^[a-z-]+:\/\//.exec(trimmed)?.[0] ?? '';
  return `${scheme}***@${trimmed.slice(at + 1, at + 200)}`;
}

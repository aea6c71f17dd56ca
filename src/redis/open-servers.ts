import { assert } from '../lib/assert.js';
import { ClusterServers } from './cluster.js';
import type { LinkOptions, RedisReports } from './link.js';
import type { RedisTarget } from './redis-url.js';
import { SingleServer, type RedisServers } from './servers.js';

/**
 * Connections of one user of Redis: profiles have theirs, and money has its own.
 *
 * @param onConnected told each time that one of them has come up and can be asked
 */
export function openServers(
  target: RedisTarget,
  options: LinkOptions,
  reports: RedisReports,
  onConnected?: () => void,
): RedisServers {
  const [first] = target.nodes;
  assert(first !== undefined, 'a Redis target names a node');
  return target.cluster
    ? new ClusterServers(target.nodes, options, reports, onConnected)
    : new SingleServer(first, options, reports, onConnected);
}

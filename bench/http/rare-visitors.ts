import type { BenchTraffic } from './traffic.js';

/**
 * Traffic in which a share of the requests comes from visitors who come again only after all others did. Everybody else comes as before,
 * so that a cache of the right size finds just the others.
 *
 * @param share of their requests, above 0, below 1
 * @param count how many of them there are
 */
export function withRareVisitors(traffic: BenchTraffic, share: number, count: number): BenchTraffic {
  const { bodies } = traffic;
  const every = Math.round(1 / share);
  const mixed: Buffer[] = [];
  for (let rare = 0; rare < count; rare++) {
    for (let i = 1; i < every; i++) mixed.push(bodies[(rare * (every - 1) + i) % bodies.length] as Buffer);
    mixed.push(asRareVisitor(bodies[rare % bodies.length] as Buffer, rare));
  }
  return { ...traffic, bodies: mixed };
}

/** Under ids and in a network of its own. */
function asRareVisitor(body: Buffer, number: number): Buffer {
  const request = JSON.parse(body.toString()) as { device?: object; user?: object };
  const id = `rare-visitor-${String(number).padStart(9, '0')}`;
  const ip = `${11 + (number >>> 16)}.${(number >>> 8) & 255}.${number & 255}.0`;
  return Buffer.from(
    JSON.stringify({
      ...request,
      device: { ...request.device, ifa: id, ip },
      user: { ...request.user, id },
    }),
  );
}

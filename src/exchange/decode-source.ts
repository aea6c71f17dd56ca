import type { BidRequest, SupplyChain, SupplyChainNode } from '../domain/bid-request.js';
import type { RequestFields } from './check-request.js';
import { requestHost } from './request-host.js';
import { isTold, readFlag, readList, readObject, readText, type JsonObject } from './read.js';

/** Nobody resells an impression so often; a longer chain is one that cannot be read. */
const NODES_MAX = 64;

const NO_SOURCE: BidRequest['source'] = { supplyChain: undefined };

type ChainFields = JsonObject<'complete' | 'nodes' | 'ver'>;
type NodeFields = JsonObject<'asi' | 'sid' | 'hp' | 'domain'>;

/**
 * The supply chain, which stands in `source.schain` (2.6), `source.ext.schain` (2.5) or `ext.schain` (2.4). Where it
 * stands in several places and they differ, all of them are believed: what is wrong with any is wrong with the chain.
 */
export function decodeSource(request: RequestFields): BidRequest['source'] {
  const source = readObject<'schain' | 'ext'>(request.source);
  const supplyChain = both(
    both(decodeChain(source?.schain), decodeChain(readObject<'schain'>(source?.ext)?.schain)),
    decodeChain(readObject<'schain'>(request.ext)?.schain),
  );
  return supplyChain ? { supplyChain } : NO_SOURCE;
}

/** @returns undefined when there is none; one that is there and cannot be read is unusable (rule 14) */
function decodeChain(value: unknown): SupplyChain | undefined {
  if (!isTold(value)) return undefined;
  const chain: ChainFields | undefined = readObject(value);
  if (!chain) return { complete: false, nodes: [], unusable: true };
  const sent = readList(chain.nodes);
  const nodes: SupplyChainNode[] = [];
  for (let i = 0; i < sent.length && i < NODES_MAX; i++) {
    const node = decodeNode(sent[i]);
    if (node) nodes.push(node);
  }
  const complete = readFlag(chain.complete);
  const isWhole = nodes.length === sent.length && nodes.length > 0;
  return {
    complete: complete === true,
    nodes,
    unusable: !isWhole || complete === undefined || readText(chain.ver) === undefined,
  };
}

function decodeNode(value: unknown): SupplyChainNode | undefined {
  const node: NodeFields | undefined = readObject(value);
  const system = requestHost(readText(node?.asi) ?? '');
  const sellerId = readText(node?.sid)?.trim();
  if (!node || system === undefined || sellerId === undefined || sellerId === '') return undefined;
  return {
    system,
    sellerId,
    // SupplyChain 1.0: always 1 for that version, so that who leaves it out means it.
    isPaid: readFlag(node.hp) ?? true,
    domain: requestHost(readText(node.domain) ?? ''),
  };
}

/** The nodes of the first come last, since its sender is the sender. */
function both(first: SupplyChain | undefined, second: SupplyChain | undefined): SupplyChain | undefined {
  if (!first || !second) return first ?? second;
  const others = second.nodes.filter((node) => !first.nodes.some((same) => isSame(node, same)));
  return {
    complete: first.complete && second.complete,
    nodes: others.length === 0 ? first.nodes : [...others, ...first.nodes],
    unusable: first.unusable || second.unusable,
  };
}

function isSame(a: SupplyChainNode, b: SupplyChainNode): boolean {
  return a.system === b.system && a.sellerId === b.sellerId;
}

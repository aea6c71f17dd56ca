import { describe, expect, it } from 'vitest';
import { seededRandom, type Random } from '../../lib/prng.js';
import { decodeFields } from '../decode.js';
import { REQUEST_FIELDS, type FieldTree } from './request-fields.js';

const LISTS = new Set(['imp', 'format', 'durfloors', 'deals', 'assets', 'eventtrackers', 'eids', 'uids']);
const NEEDED = new Set(['id', 'imp', 'asi', 'sid', 'source', 'event', 'country']);
const PRESENT_SHARE = 0.6;
const CHANNELS = ['site', 'app', 'dooh'];

interface Reads {
  /** Where each field of the tree, and each that is not there, was read. */
  readonly ofNode: Map<FieldTree, Set<string>>;
  readonly strangers: Set<string>;
}

/** Is taken for an object of the request, of which each field is there or not, and notes which are read. */
function watched(tree: FieldTree, path: string, random: Random, reads: Reads): object {
  const ofNode = reads.ofNode.get(tree) ?? new Set();
  reads.ofNode.set(tree, ofNode);
  const values = new Map<string, unknown>();
  for (const [field, below] of Object.entries(tree)) {
    if (!NEEDED.has(field) && random() > PRESENT_SHARE) continue;
    if (path === '' && CHANNELS.includes(field) && CHANNELS.some((other) => values.has(other))) continue;
    if (Object.keys(below).length === 0) values.set(field, '1');
    else {
      const object = watched(below, `${path}${field}.`, random, reads);
      values.set(field, LISTS.has(field) ? [object] : object);
    }
  }
  return new Proxy(
    {},
    {
      get(_, field) {
        if (typeof field !== 'string') return undefined;
        if (field in tree) ofNode.add(field);
        else reads.strangers.add(path + field);
        return values.get(field);
      },
    },
  );
}

function nodesOf(tree: FieldTree, path: string, nodes: Map<FieldTree, string>): Map<FieldTree, string> {
  if (nodes.has(tree) || Object.keys(tree).length === 0) return nodes;
  nodes.set(tree, path);
  for (const [field, below] of Object.entries(tree)) nodesOf(below, `${path}.${field}`, nodes);
  return nodes;
}

describe('the fields that are scanned for', () => {
  const random = seededRandom(1);
  const reads: Reads = { ofNode: new Map(), strangers: new Set() };
  for (let i = 0; i < 3_000; i++) decodeFields(watched(REQUEST_FIELDS, '', random, reads));

  it('are all that are read', () => {
    expect([...reads.strangers]).toEqual([]);
  });

  it.each([...nodesOf(REQUEST_FIELDS, 'request', new Map())])('are read: those of %#', (node, path) => {
    const unread = Object.keys(node).filter((field) => !reads.ofNode.get(node)?.has(field));
    expect({ path, unread }).toEqual({ path, unread: [] });
  });
});

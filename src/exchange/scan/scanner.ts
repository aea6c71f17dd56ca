import { isUtf8 } from 'node:buffer';
import { assert } from '../../lib/assert.js';
import { REQUEST_FIELDS, type FieldTree } from './request-fields.js';
import { SCANNER_CODE } from './scanner-code.js';

/**
 * Reads the fields in use of a bid request's body (request-fields.ts), without making objects of everything else.
 *
 * WebAssembly passes over the body once, checks that it is JSON and writes down on a tape where the fields are
 * (scanner.as.ts). From there objects are made that look like what `JSON.parse` makes, but for the fields that nobody reads.
 * Their texts are views into the body: see lib/own-text.ts.
 */

/** What its memory is made for; pages of it that no body needed are never touched. */
const BODY_BYTES_MAX = 16_777_216;

export type Scanned = { readonly value: object } | 'not-utf8' | 'not-json' | 'no-object' | 'too-complex';

/** As quick as it gets, and left out of Node's own types. */
interface BodyBuffer extends Buffer {
  latin1Slice(start: number, end: number): string;
}

/** What of WebAssembly is needed here; Node's own types leave it out. */
declare const WebAssembly: {
  readonly Module: new (code: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: unknown };
};

interface ScannerExports {
  readonly memory: { readonly buffer: ArrayBuffer };
  bodyOffset(): number;
  tapeOffset(): number;
  addName(length: number): number;
  addField(node: number, name: number, slot: number, child: number): void;
  scan(length: number): number;
}

/** The words of scanner.as.ts. */
const NULL = 1;
const TRUE = 2;
const FALSE = 3;
const INTEGER = 4;
const NUMBER = 5;
const ASCII = 6;
const UTF8 = 7;
const ESCAPED = 8;
const OBJECT = 9;
const LIST = 10;
const EMPTY_LIST = 11;
const OTHER_LIST = 12;
const OTHER_OBJECT = 13;
const KIND_BITS = 4;
const KIND_MASK = 15;

const DONE = 0;
const NOT_JSON = 1;
const NO_OBJECT = 2;
const TOO_COMPLEX = 3;

const NO_ENTRIES: readonly unknown[] = Object.freeze([]);
/** What stands in a list within a list, and the fields of objects in which none is in use, are not looked at. */
const SOME_ENTRIES: readonly unknown[] = Object.freeze([undefined]);
const NO_FIELDS: object = Object.freeze({});

const module = new WebAssembly.Module(Buffer.from(SCANNER_CODE, 'base64'));
const wasm = new WebAssembly.Instance(module).exports as ScannerExports;
const bytes = Buffer.from(wasm.memory.buffer) as BodyBuffer;
const BODY = wasm.bodyOffset();
const tape = new Int32Array(wasm.memory.buffer, wasm.tapeOffset());

/** The body as it would be if every byte were a character: plain texts are cut out of it. */
let text = '';
/** @param place on the tape */
type Maker = (place: number) => object;
const makers: Maker[] = [];
addNode(REQUEST_FIELDS, new Map());

/** @param body JSON in UTF-8, at most BODY_BYTES_MAX; not kept. A byte order mark is no JSON. */
export function scanRequest(body: Uint8Array): Scanned {
  const { length } = body;
  assert(length <= BODY_BYTES_MAX, 'a body must fit into the memory of the scanner');
  bytes.set(body, BODY);
  const outcome = wasm.scan(length);
  if (outcome === TOO_COMPLEX) return 'too-complex';
  if (outcome !== DONE && !isUtf8(body)) return 'not-utf8';
  if (outcome === NOT_JSON) return 'not-json';
  if (outcome === NO_OBJECT) return 'no-object';
  text = bytes.latin1Slice(BODY, BODY + length);
  return { value: (makers[0] as Maker)(0) };
}

/** Tells the scanner of a node and those below it. @returns its number */
function addNode(tree: FieldTree, known: Map<FieldTree, number>): number {
  const node = makers.length;
  known.set(tree, node);
  const fields = Object.keys(tree);
  makers.push(makerOf(fields));
  for (const [slot, field] of fields.entries()) {
    const below = tree[field] as FieldTree;
    const isLeaf = Object.keys(below).length === 0;
    const child = isLeaf ? 0 : (known.get(below) ?? addNode(below, known));
    wasm.addField(node, wasm.addName(bytes.write(field, BODY, 'latin1')), slot, child);
  }
  return node;
}

/**
 * A function for each node, so that V8 gives its objects one shape with every field in its place: set one by one, by
 * names that are looked up, the fields took twice as long as everything else here together.
 */
function makerOf(fields: readonly string[]): Maker {
  const properties = fields.map(
    (field, slot) => `${field}: tape[place + ${2 * slot}] === 0 ? undefined : valueAt(place + ${2 * slot})`,
  );
  // oxlint-disable-next-line typescript/no-implied-eval -- the names are those of request-fields.ts
  const make = new Function('tape', 'valueAt', `return (place) => ({ ${properties.join(', ')} });`);
  return make(tape, valueAt) as Maker;
}

function valueAt(place: number): unknown {
  const first = tape[place] as number;
  const second = tape[place + 1] as number;
  const extra = first >>> KIND_BITS;
  switch (first & KIND_MASK) {
    case INTEGER:
      return second;
    case ASCII:
      return text.slice(extra, second);
    case OBJECT:
      return (makers[extra] as Maker)(second);
    case LIST:
      return listAt(second);
    default:
      return rareValue(first & KIND_MASK, extra, second);
  }
}

function rareValue(kind: number, start: number, end: number): unknown {
  switch (kind) {
    case NULL:
      return null;
    case TRUE:
      return true;
    case FALSE:
      return false;
    case NUMBER:
      return Number(text.slice(start, end));
    case UTF8:
      return bytes.toString('utf8', BODY + start, BODY + end);
    case ESCAPED:
      return JSON.parse(bytes.toString('utf8', BODY + start - 1, BODY + end + 1));
    case EMPTY_LIST:
      return NO_ENTRIES;
    case OTHER_LIST:
      return SOME_ENTRIES;
    default:
      assert(kind === OTHER_OBJECT, 'the scanner knows no other kind of value');
      return NO_FIELDS;
  }
}

function listAt(first: number): unknown[] {
  const list: unknown[] = [];
  for (let entry = first; ;) {
    list.push(valueAt(entry));
    entry = tape[entry + 2] as number;
    if (entry === 0) return list;
  }
}

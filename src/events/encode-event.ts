import { EVENT_KINDS, type EventKind, type LoggedEvent } from '../domain/event.js';
import { isPlainText } from '../lib/plain-text.js';
import { EVENT_FIELDS } from './event-fields.js';

/** Counted up when a field changes its meaning; new fields do not change it. */
const SCHEMA_VERSION = 1;

interface LineParts {
  readonly opening: string;
  readonly fields: readonly { readonly name: string; readonly label: string }[];
}

const PARTS = Object.fromEntries(EVENT_KINDS.map((kind) => [kind, partsOf(kind)])) as Record<
  EventKind,
  LineParts
>;

function partsOf(kind: EventKind): LineParts {
  const told = EVENT_FIELDS.filter(({ kinds }) => (kinds as readonly EventKind[]).includes(kind));
  return {
    opening: `{"v":${SCHEMA_VERSION},"kind":"${kind}"`,
    fields: told.map(({ name }) => ({ name, label: `,"${name}":` })),
  };
}

/** @returns one line of JSON with its line end; fields that are not in the schema are left out */
export function encodeEvent(event: LoggedEvent): string {
  const { opening, fields } = PARTS[event.kind];
  const values = event as unknown as Readonly<Record<string, unknown>>;
  let line = opening;
  for (const { name, label } of fields) {
    const value = values[name];
    if (value === undefined) continue;
    line += label;
    if (typeof value === 'number') line += value;
    else if (typeof value === 'string' && isPlainText(value)) line += `"${value}"`;
    else line += JSON.stringify(value);
  }
  return `${line}}\n`;
}

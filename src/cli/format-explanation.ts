import type { ExplainedImpression, ExplainedLineItem, Explanation } from '../bid/explain.js';
import type { Style } from './style.js';

const INDENT = '    ';

/** An explanation as a page of text for people. */
export function formatExplanation(explanation: Explanation, style: Style): string {
  const lines = [headline(explanation, style)];
  if (explanation.problem !== undefined) lines.push(`  problem   ${explanation.problem}`);
  if (explanation.time) lines.push(`  time      ${timeText(explanation.time)}`);
  if (explanation.personalData && !explanation.personalData.used) {
    lines.push(`  privacy   nothing personal is used: ${explanation.personalData.because}`);
  }
  if (explanation.visitor) lines.push(...visitorLines(explanation.visitor));
  for (const { impression, why } of explanation.skipped)
    lines.push(`  skipped   impression ${impression}: ${why}`);
  for (const impression of explanation.impressions) lines.push('', ...impressionLines(impression, style));
  if (explanation.response !== undefined) {
    lines.push('', style.strong('response'), JSON.stringify(explanation.response, null, 2));
  }
  return `${lines.join('\n')}\n`;
}

function headline({ requestId, exchange, outcome, reason, nbr }: Explanation, style: Style): string {
  const what = `request ${requestId ?? '(without id)'} from ${exchange}`;
  if (outcome === 'bid') return `${style.strong(what)}: ${style.good('bid')}`;
  if (reason === undefined) return `${style.strong(what)}: ${style.bad(outcome)}`;
  return `${style.strong(what)}: ${style.bad(`no bid, ${reason}`)} (nbr ${nbr})`;
}

function timeText({ tmaxMs, budgetMs }: NonNullable<Explanation['time']>): string {
  const told =
    tmaxMs === undefined
      ? "the request has no tmax, so the exchange's tmaxDefaultMs counts"
      : `tmax ${tmaxMs} ms`;
  return `${budgetMs} ms to answer (${told}, less the network's share)`;
}

function visitorLines({ known, geo, profile }: NonNullable<Explanation['visitor']>): string[] {
  const place = fieldsText(geo) || 'unknown';
  const lines = [`  place     ${place}`];
  if (!known || !profile) return [...lines, '  visitor   a stranger'];
  const facts = Object.entries(profile)
    .map(([name, value]) => [
      name,
      typeof value === 'object' && value !== null ? fieldsText(value) : String(value),
    ])
    .filter(([, text]) => text !== '');
  return [
    ...lines,
    ...facts.map(([name, text], i) => `  ${i === 0 ? 'visitor  ' : '         '} ${name}: ${text}`),
  ];
}

function fieldsText(fields: object): string {
  return Object.entries(fields)
    .map(([name, value]) => `${name} ${String(value)}`)
    .join(', ');
}

function impressionLines(
  { impression, sizes, floor, lineItems }: ExplainedImpression,
  style: Style,
): string[] {
  const head = `impression ${impression}   ${sizes.join(', ')}   floor ${floor}`;
  return [style.strong(head), ...lineItems.flatMap((lineItem) => lineItemLines(lineItem, style))];
}

function lineItemLines(item: ExplainedLineItem, style: Style): string[] {
  const name = `${item.campaign} / ${item.lineItem}`;
  const deal = item.deal === undefined ? '' : `, deal ${item.deal}`;
  const price = (item.price ?? []).map((step) => `${INDENT}${INDENT}${style.faint(step)}`);
  if (item.verdict === 'bids') {
    return [`  ${style.good('bids')}      ${name}   creative ${item.creative}${deal}`, ...price];
  }
  return [
    `  ${style.bad('rejected')}  ${name}   ${style.strong(item.rule ?? '')}`,
    `${INDENT}${INDENT}wanted  ${item.wanted}`,
    `${INDENT}${INDENT}found   ${item.found}`,
    ...price,
  ];
}

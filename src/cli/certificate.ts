import type { CertifyReport, Violation } from '../certify/certify.js';
import { countText } from './output.js';
import type { Style } from './style.js';

const SHOWN_BY_MAX = 5;

/** What a bidder got wrong, rule by rule, with the requests that show it. */
export function certificate(
  { url, ...report }: CertifyReport & { readonly url: string },
  style: Style,
): string {
  const { violations, posted, outcomes, bids, late } = report;
  const lines = violations.flatMap((violation, i) => [
    ...(violation.rule === violations[i - 1]?.rule
      ? []
      : [style.strong(`rule ${violation.rule}: ${violation.title}`)]),
    `  ${style.bad(violation.problem)}`,
    `      ${style.faint(shownBy(violation))}`,
  ]);
  const formats = Object.entries(bids).filter(([, count]) => count > 0);
  const bidText =
    formats.length === 0 ? '' : ` (${formats.map(([format, count]) => `${count} ${format}`).join(', ')})`;
  const rules = new Set(violations.map(({ rule }) => rule)).size;
  const verdict =
    violations.length === 0
      ? style.good('nothing wrong was found')
      : style.bad(`${countText(violations.length, 'problem')} with ${countText(rules, 'rule')}`);
  return [
    ...lines,
    `${url}: ${countText(posted, 'request')}, ${outcomes.bid} bid on${bidText}, ${outcomes['no-bid']} not, ` +
      `${outcomes.malformed} refused, ${outcomes.other + outcomes.none} answered otherwise or not at all, ${late} later than tmax`,
    ...(outcomes.bid === 0
      ? ['no request was bid on, so little could be looked at; --requests posts your own']
      : []),
    verdict,
    '',
  ].join('\n');
}

function shownBy({ shownBy: names }: Violation): string {
  const more = names.length - SHOWN_BY_MAX;
  return `${names.slice(0, SHOWN_BY_MAX).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

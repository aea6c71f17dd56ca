import type { MaxRate, RateStep } from '../load/find-max-rate.js';
import type { LatencyFigures } from '../load/latency.js';
import type { LoadResult, RequestFigures } from '../load/load-result.js';
import { countText, wholeText } from './output.js';
import type { Style } from './style.js';

const NAME_CHARACTERS = 12;
const MEBIBYTE = 2 ** 20;
const FAILURES_SHOWN_MAX = 5;
/** A generator that is this late spoils the high percentiles. */
const LAG_WORTH_A_WARNING_MS = 1;

/** What a run came to, for people. */
export function loadText(result: LoadResult, deadlineMs: number, style: Style): string {
  const { measured, warmUp, generator } = result;
  const seconds = result.elapsedMs / 1_000;
  const achieved = seconds > 0 ? measured.due / seconds : 0;
  return lines([
    row(
      'rate',
      `${rateText(achieved)} due for ${seconds.toFixed(1)} s, ${rateText(inTime(measured) / Math.max(seconds, 0.001))} answered in time`,
    ),
    row('requests', `${wholeText(measured.due)}${unmetText(measured, style)}`),
    row('answers', answersText(measured)),
    ...failureRows(measured, style),
    row('bytes', `${mebibytes(measured.bytesSent)} sent, ${mebibytes(measured.bytesReceived)} received`),
    '',
    style.strong(row('latency, ms', latencyHeads())),
    row('measured', latencyCells(measured.latency)),
    ...(warmUp.due > 0 ? [style.faint(row('warm-up', latencyCells(warmUp.latency)))] : []),
    row('own lag', latencyCells(generator.lag)),
    '',
    row('generator', generatorText(result)),
    ...serverRows(result),
    '',
    verdict(result, deadlineMs, style),
  ]);
}

/** One line of the table of `--find-max`, printed when the step is over. */
export function stepText({ ratePerSecond, isHeld, because, result }: RateStep, style: Style): string {
  const { measured, generator } = result;
  const cells = [
    wholeText(ratePerSecond).padStart(9),
    measured.latency.p50Ms.toFixed(2).padStart(9),
    measured.latency.p99Ms.toFixed(2).padStart(9),
    measured.latency.p999Ms.toFixed(2).padStart(9),
    wholeText(measured.timeouts).padStart(9),
    generator.lag.p99Ms.toFixed(2).padStart(9),
    ` ${isHeld ? style.good('held') : style.bad(because)}`,
  ];
  return `${cells.join(' ')}\n`;
}

export function stepHeads(style: Style): string {
  const heads = ['rate/s', 'p50 ms', 'p99 ms', 'p99.9 ms', 'timeouts', 'lag p99'];
  return `${style.strong(heads.map((head) => head.padStart(9)).join(' '))}\n`;
}

export function maxRateText({ ratePerSecond, limitedBy }: MaxRate, deadlineMs: number, style: Style): string {
  if (limitedBy === 'interrupted') {
    return `interrupted; the highest rate held so far is ${wholeText(ratePerSecond)}/s\n`;
  }
  if (ratePerSecond === 0) return `${style.bad('no rate was held')}\n`;
  const held = style.good(`${wholeText(ratePerSecond)}/s is held with p99 within ${deadlineMs} ms`);
  const limits = {
    generator: 'more may be possible: the generator was the limit, not the bidder',
    search: 'more may be possible: nothing higher was tried',
    connections:
      'the bidder is the limit, or the number of connections: all were busy, so try more (--connections-max)',
    bidder: 'the bidder is the limit',
  };
  return `${held}; ${limits[limitedBy]}\n`;
}

function lines(texts: readonly string[]): string {
  return `${texts.join('\n')}\n`;
}

function row(name: string, text: string): string {
  return `${name.padEnd(NAME_CHARACTERS)} ${text}`;
}

function rateText(perSecond: number): string {
  return `${perSecond < 10 ? perSecond.toFixed(1) : wholeText(perSecond)}/s`;
}

function inTime({ answered, late }: RequestFigures): number {
  return answered - late;
}

function unmetText({ timeouts, late, unsent, unanswered, failed }: RequestFigures, style: Style): string {
  const timeoutText = `${countText(timeouts, 'timeout')} (${wholeText(late)} answered late, ${wholeText(unanswered)} never, ${wholeText(unsent)} found no connection)`;
  const parts = [
    ...(timeouts > 0 ? [style.bad(timeoutText)] : []),
    ...(failed > 0 ? [style.bad(`${wholeText(failed)} failed`)] : []),
  ];
  return parts.length === 0 ? ', all answered in time' : `, ${parts.join(', ')}`;
}

function answersText({ statuses, bids, noBids }: RequestFigures): string {
  const counts = Object.entries(statuses).map(([status, count]) => `${wholeText(count)} x ${status}`);
  return counts.length === 0
    ? 'none'
    : `${counts.join(', ')}: ${countText(bids, 'bid')}, ${countText(noBids, 'no-bid')}`;
}

function failureRows({ failures }: RequestFigures, style: Style): string[] {
  const kinds = Object.entries(failures).sort(([, one], [, other]) => other - one);
  return kinds
    .slice(0, FAILURES_SHOWN_MAX)
    .map(([message, count]) => row('', style.bad(`${wholeText(count)} x ${message}`)));
}

function mebibytes(bytes: number): string {
  return `${(bytes / MEBIBYTE).toFixed(1)} MiB`;
}

const CELL_CHARACTERS = 9;

function latencyHeads(): string {
  return ['p50', 'p90', 'p99', 'p99.9', 'p99.99', 'max', 'mean']
    .map((head) => head.padStart(CELL_CHARACTERS))
    .join('');
}

function latencyCells(figures: LatencyFigures): string {
  const { p50Ms, p90Ms, p99Ms, p999Ms, p9999Ms, maxMs, meanMs } = figures;
  return [p50Ms, p90Ms, p99Ms, p999Ms, p9999Ms, maxMs, meanMs]
    .map((ms) => ms.toFixed(ms < 100 ? 2 : 0).padStart(CELL_CHARACTERS))
    .join('');
}

function generatorText({ generator }: LoadResult): string {
  const { busyShare, connectionsMost, connectionsOpened, connectionsUnopened, queuedMost } = generator;
  return [
    `${(busyShare * 100).toFixed(0)} % busy`,
    `${countText(connectionsMost, 'connection')} at most, ${wholeText(connectionsOpened)} opened`,
    ...(connectionsUnopened > 0 ? [`${wholeText(connectionsUnopened)} could not be opened`] : []),
    `${wholeText(queuedMost)} waiting at most`,
  ].join(', ');
}

function serverRows({ server }: LoadResult): string[] {
  if (server === undefined) return [];
  if ('problem' in server) return [row('bidder', server.problem)];
  const { cpuMicrosPerRequest, cores, residentBytes, residentGrowthBytes, loopLagP99Ms, loopLagMaxMs } =
    server;
  const parts = [
    cpuMicrosPerRequest && `${cpuMicrosPerRequest.toFixed(1)} us CPU for each answer`,
    cores && `${cores.toFixed(2)} cores`,
    residentBytes && `${mebibytes(residentBytes)} resident (${signed(residentGrowthBytes ?? 0)})`,
    loopLagP99Ms !== undefined &&
      `event loop late by ${loopLagP99Ms.toFixed(1)} ms at p99, ${(loopLagMaxMs ?? 0).toFixed(1)} ms at most`,
  ];
  return [row('bidder', parts.filter(Boolean).join(', ') || 'its metrics have none of the process')];
}

function signed(bytes: number): string {
  return `${bytes < 0 ? '-' : '+'}${mebibytes(Math.abs(bytes))}`;
}

/** In one line, what is to be known first. */
function verdict(
  { measured, generator, isInterrupted }: LoadResult,
  deadlineMs: number,
  style: Style,
): string {
  const { badShare, latency } = measured;
  const until = isInterrupted ? 'until it was interrupted: ' : '';
  const lag =
    generator.lag.p99Ms > LAG_WORTH_A_WARNING_MS
      ? `; the generator itself was late by ${generator.lag.p99Ms.toFixed(1)} ms at p99, which is in these figures`
      : '';
  if (measured.due === 0) return `${until}nothing was measured`;
  const p99 = `p99 ${latency.p99Ms.toFixed(2)} ms`;
  const bad = `${(badShare * 100).toFixed(badShare < 0.01 ? 3 : 1)} % late or failed`;
  const isFine = badShare === 0 && latency.p99Ms <= deadlineMs;
  const text = isFine
    ? style.good(`every request answered in time, ${p99}`)
    : style.bad(`${bad}, ${p99} (deadline ${deadlineMs} ms)`);
  return `${until}${text}${lag}`;
}

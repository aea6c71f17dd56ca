import { checkConfig, type CheckSummary } from '../catalog/check.js';
import { formatFinding } from '../catalog/finding.js';
import type { Settings } from '../settings.js';
import { styleFor } from './style.js';

/**
 * Prints every mistake in the configuration.
 *
 * @returns the exit code: 1 when there is an error, 0 when there are at most warnings
 */
export async function check(settings: Settings, json: boolean): Promise<number> {
  const { configDir, dataDir } = settings;
  const result = await checkConfig({ configDir, dataDir });
  const style = styleFor(process.stdout);
  if (json) {
    process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
  } else {
    for (const finding of result.findings) {
      process.stdout.write(`${formatFinding(finding, { colour: style.colour })}\n`);
    }
    const { errors } = result.summary;
    process.stdout.write(`${(errors > 0 ? style.bad : style.good)(summaryText(result.summary))}\n`);
  }
  return result.summary.errors > 0 ? 1 : 0;
}

function summaryText(summary: CheckSummary): string {
  const counted = (number: number, word: string) => `${number} ${word}${number === 1 ? '' : 's'}`;
  const { errors, warnings, campaigns, lineItems, creatives, exchanges } = summary;
  return (
    `${counted(errors, 'error')}, ${counted(warnings, 'warning')} in ` +
    `${counted(campaigns, 'campaign')} with ${counted(lineItems, 'line item')} and ${counted(creatives, 'creative')}, ` +
    counted(exchanges, 'exchange')
  );
}

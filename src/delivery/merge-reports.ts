import { DELIVERY_FATES, type DeliveryFate } from '../domain/money-ports.js';
import type { DeliveryReport } from './campaign-delivery.js';

/**
 * What several processes say of the same campaigns. Money is the whole campaign's in each report; what became of the impressions is of
 * its own process and adds up; the rest is told by the process that saw most of them.
 *
 * @param reports of each process
 */
export function mergeReports(reports: readonly (readonly DeliveryReport[])[]): readonly DeliveryReport[] {
  const byCampaign = new Map<string, DeliveryReport[]>();
  for (const report of reports.flat()) {
    const others = byCampaign.get(report.campaign);
    if (others) others.push(report);
    else byCampaign.set(report.campaign, [report]);
  }
  return Array.from(byCampaign.values(), (ofCampaign) => {
    const fates = Object.fromEntries(
      DELIVERY_FATES.map((fate) => [fate, ofCampaign.reduce((sum, report) => sum + report.fates[fate], 0)]),
    ) as Record<DeliveryFate, number>;
    const best = ofCampaign.reduce((most, report) => (seen(report) > seen(most) ? report : most));
    return { ...best, fates };
  });
}

function seen({ fates }: DeliveryReport): number {
  return DELIVERY_FATES.reduce((sum, fate) => sum + fates[fate], 0);
}

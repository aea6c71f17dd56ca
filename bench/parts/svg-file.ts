import { PAGE_STYLE } from '../../src/load/page-style.js';

/** A plot of a page as a file of its own, with the colours of the page and its legend in the corner. @param plot HTML of `linePlot` */
export function svgFile(plot: string, legend: readonly (readonly [kind: string, name: string])[]): string {
  const inner = /<svg[^>]*>(.*)<\/svg>/s.exec(plot)?.[1] ?? '';
  const head = /<svg([^>]*)>/.exec(plot)?.[1] ?? '';
  const names = legend
    .map(([kind, name]) => `<tspan class="${kind}" fill="currentColor" dx="12">${name}</tspan>`)
    .join('');
  return (
    `<svg xmlns="http://www.w3.org/2000/svg"${head}><style>${PAGE_STYLE}</style>` +
    `<rect width="100%" height="100%" fill="var(--paper)"/>${inner}<text x="828" y="14" text-anchor="end">${names}</text></svg>\n`
  );
}

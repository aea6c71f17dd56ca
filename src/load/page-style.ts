/** The style sheet of a report, for light and dark screens. */
export const PAGE_STYLE = `
:root { --back: #fbfaf8; --paper: #fff; --ink: #23272e; --faint: #6b7280; --grid: #e6e4df; --shade: #f1efea;
  --one: #1f6f8b; --two: #c2701c; --three: #8d94a3; --bad: #b3261e; --good: #2c7a4b; }
@media (prefers-color-scheme: dark) { :root { --back: #14171b; --paper: #1c2026; --ink: #e4e6ea; --faint: #98a0ad;
  --grid: #2c323b; --shade: #232830; --one: #5db3d0; --two: #e5a25a; --three: #7f8898; --bad: #f2827a; --good: #6fc492; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--back); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
main { max-width: 940px; margin: 0 auto; padding: 32px 24px 64px; }
h1 { font-size: 22px; margin: 0; overflow-wrap: anywhere; }
h2 { font-size: 16px; margin: 32px 0 8px; }
code { font-size: 0.9em; }
.about { color: var(--faint); margin: 4px 0 0; overflow-wrap: anywhere; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(116px, 1fr)); gap: 8px; margin-top: 24px; }
.tiles div, figure, table { background: var(--paper); border: 1px solid var(--grid); border-radius: 8px; }
.tiles div { padding: 10px 12px; }
.tiles span { display: block; color: var(--faint); font-size: 12px; }
.tiles strong { font-size: 17px; white-space: nowrap; font-variant-numeric: tabular-nums; }
figure { margin: 0; padding: 12px; }
figcaption { display: flex; flex-wrap: wrap; gap: 16px; padding: 4px 0 0 52px; font-size: 13px; color: var(--faint); }
figcaption i { display: inline-block; width: 12px; height: 3px; margin: 0 6px 4px 0; background: currentColor; }
svg { display: block; width: 100%; height: auto; font: 12px system-ui, sans-serif; }
svg text { fill: var(--faint); font-variant-numeric: tabular-nums; }
.grid { stroke: var(--grid); }
.shade { fill: var(--shade); }
.mark { stroke: var(--bad); stroke-dasharray: 5 4; }
.line { fill: none; stroke: currentColor; stroke-width: 1.8; stroke-linejoin: round; }
.dot { stroke: currentColor; fill: currentColor; }
.dot.bad { fill: var(--paper); stroke-width: 2; }
.one { color: var(--one); } .two { color: var(--two); } .three { color: var(--three); }
.bad { color: var(--bad); } .good { color: var(--good); }
table { border-collapse: separate; border-spacing: 0; width: 100%; margin-top: 12px; overflow: hidden; }
th, td { padding: 6px 12px; text-align: right; font-variant-numeric: tabular-nums; border-top: 1px solid var(--grid); }
thead th { border-top: 0; color: var(--faint); font-weight: 500; font-size: 13px; }
thead th:empty { padding: 0; }
td:first-child, th:first-child { text-align: left; overflow-wrap: anywhere; }
`;

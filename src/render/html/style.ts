/** One style for screen, dark screen and paper. */
export const style = `
:root { color-scheme: light dark;
  --paper: light-dark(#ffffff, #16181d); --ink: light-dark(#1b1d22, #e6e7ea);
  --soft: light-dark(#595d66, #a4a9b3); --line: light-dark(#d9dce2, #3a3f49);
  --panel: light-dark(#f6f7f9, #1d2027); --accent: light-dark(#1d5fbf, #8ab8ff);
  --above: light-dark(#2f7bd8, #3f7fd0); --below: light-dark(#d9772b, #b8621f);
  --mark: light-dark(#8a4b00, #ffc46b); }
* { box-sizing: border-box }
html { -webkit-text-size-adjust: 100% }
body { margin: 0; background: var(--paper); color: var(--ink);
  font: 1rem/1.55 system-ui, "Segoe UI", "Liberation Sans", "DejaVu Sans", sans-serif }
main { max-width: 52rem; margin: 0 auto; padding: 1.5rem 1rem 4rem }
h1 { font-size: 1.7rem; line-height: 1.25; margin: 0 0 .25rem }
h2 { font-size: 1.35rem; line-height: 1.3; margin: 0 0 .1rem }
h3 { font-size: 1.05rem; margin: 1.8rem 0 .5rem; padding-top: .5rem; border-top: 1px solid var(--line) }
h3 .step { color: var(--accent); margin-right: .6rem }
p { margin: .5rem 0; overflow-wrap: anywhere }
.meta, .foot, .source { color: var(--soft); font-size: .92rem; margin: 0 0 .4rem }
.points { float: right; color: var(--soft); font-weight: 400; font-size: 1rem; margin-left: 1rem }
article + article { margin-top: 3.5rem; padding-top: 2rem; border-top: 3px double var(--line) }
nav ol { padding-left: 1.4rem } nav a, .question a { color: var(--accent) }
.question { background: var(--panel); border-left: 3px solid var(--accent); padding: .4rem .9rem; margin: .8rem 0 }
.question pre { overflow-x: auto }
.scroll { overflow-x: auto; overflow-y: hidden; max-width: 100% }
.scroll:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px }
.inline.scroll { display: inline-block; vertical-align: middle }
.formula { margin: .7rem 0; padding: .1rem .2rem }
.formula math { display: inline math !important; width: auto }
math { font-family: "Latin Modern Math", "STIX Two Math", "Cambria Math", "Noto Sans Math", math; font-size: 1.08em }
.tml-right { text-align: right } .tml-left { text-align: left }
.grids { display: flex; flex-wrap: wrap; gap: 1rem 2.2rem; align-items: flex-start; margin: .8rem 0 }
figure { margin: 0; max-width: 100% }
figcaption { font-size: .95rem; color: var(--soft); margin-bottom: .25rem; overflow-wrap: anywhere }
table { border-collapse: collapse; font-variant-numeric: tabular-nums }
td, th { padding: .22rem .6rem; text-align: right; vertical-align: baseline; font-weight: 400 }
th { color: var(--soft) }
td.words, .table td:not(.number), .table th:not(.number) { text-align: left }
.table { margin: .7rem 0 }
.table th { border-bottom: 2px solid var(--line); font-weight: 600; white-space: nowrap }
.table td { border-bottom: 1px solid var(--line) }
.cells tbody td { border: 1px solid var(--line); min-width: 2.4em }
.heat td[style] { background: color-mix(in oklab, var(--above) calc(var(--shade) * .45), var(--paper)) }
.heat td[style][data-below] { background: color-mix(in oklab, var(--below) calc(var(--shade) * .45), var(--paper)) }
td.mark { outline: 2px solid var(--mark); outline-offset: -2px; color: var(--mark) }
.heat td.mark { color: var(--ink) }
td.hidden { color: var(--soft); background: repeating-linear-gradient(135deg, transparent 0 5px, var(--panel) 5px 7px) }
.picture { margin: 1rem 0 } .picture svg { max-width: 100%; height: auto; overflow: visible; color: var(--ink) }
.blank { min-width: 9rem; border-bottom: 1px solid var(--soft) }
.answers td:first-child { font-weight: 600 } .answers td { overflow-wrap: anywhere }
pre.lines { font: inherit; margin: 0; white-space: pre-wrap }
@media (max-width: 34rem) { .points { float: none; display: block; margin: 0 } td, th { padding: .2rem .4rem } }
@media print { :root { color-scheme: light } main { max-width: none; padding: 0 }
  body { font-size: 10.5pt } article + article { break-before: page; border: 0; margin: 0; padding: 0 }
  h3, figcaption { break-after: avoid } figure, tr, .formula { break-inside: avoid } nav { display: none }
  .scroll { overflow: visible } .heat td { print-color-adjust: exact; -webkit-print-color-adjust: exact } }
`.trim()

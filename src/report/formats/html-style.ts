/** The page's whole style: light and dark as the reader has it, black on white with everything opened on paper. */
export const style = `
:root { color-scheme: light dark; --text: #1b1f24; --page: #fff; --quiet: #57606a; --line: #d0d7de; --shade: #f6f8fa;
  --pass: #116329; --fail: #a40e26; --error: #8a4600; --apart: #57606a; --link: #0550ae; }
@media (prefers-color-scheme: dark) { :root { --text: #e6edf3; --page: #0d1117; --quiet: #9ea7b3; --line: #3d444d;
  --shade: #161b22; --pass: #56d364; --fail: #ff8e87; --error: #f0a24b; --apart: #9ea7b3; --link: #79b8ff; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.5rem; max-width: 68rem; font: 1rem/1.5 system-ui, sans-serif; color: var(--text);
  background: var(--page); }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 .5rem; }
h2 { font-size: 1.25rem; margin: 2.5rem 0 .75rem; border-bottom: 1px solid var(--line); padding-bottom: .25rem; }
h3 { font-size: 1.05rem; margin: 0 0 .5rem; }
h4 { font-size: 1rem; margin: 1rem 0 .25rem; }
p { margin: .25rem 0; }
a { color: var(--link); }
.quiet { color: var(--quiet); }
.sample { border: 2px solid var(--error); padding: .5rem .75rem; font-weight: 600; }
.score { display: flex; flex-wrap: wrap; gap: .75rem; margin: 1rem 0 .5rem; padding: 0; }
.score div { flex: 1 1 8rem; border: 1px solid var(--line); border-top: .3rem solid var(--color); padding: .5rem .75rem; }
.score dt { color: var(--quiet); font-size: .875rem; }
.score dd { margin: 0; font-size: 1.75rem; line-height: 1.2; font-weight: 600; }
.PASS { --color: var(--pass); } .FAIL { --color: var(--fail); } .ERROR { --color: var(--error); }
.NOT_JUDGED, .NOT_AUTOMATED, .EXCEPTED { --color: var(--apart); }
.verdict { color: var(--color); border: 1px solid var(--color); border-radius: .25rem; padding: 0 .4rem; font-weight: 700;
  font-size: .8125rem; white-space: nowrap; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; margin: .5rem 0; }
caption { text-align: left; color: var(--quiet); padding: .25rem 0; }
th, td { text-align: left; vertical-align: top; padding: .35rem .6rem; border-bottom: 1px solid var(--line); }
thead th { background: var(--shade); font-size: .875rem; }
tbody th { font-weight: 600; }
th p { font-weight: 400; }
.level { white-space: nowrap; }
article { border: 1px solid var(--line); border-left: .3rem solid var(--color); padding: 1rem; margin: 1rem 0; }
ul { margin: .25rem 0; padding-left: 1.25rem; }
bdi, pre { font-family: ui-monospace, monospace; font-size: .875rem; white-space: pre-wrap; overflow-wrap: anywhere; }
pre { background: var(--shade); padding: .75rem; margin: .25rem 0; }
summary { cursor: pointer; font-weight: 600; margin-top: .5rem; }
.trouble { color: var(--error); }
@page { margin: 15mm; }
@media print {
  :root { color-scheme: light; --text: #000; --page: #fff; --quiet: #333; --line: #999; --shade: #fff; --pass: #116329;
    --fail: #a40e26; --error: #8a4600; --apart: #333; --link: #000; }
  body { max-width: none; padding: 0; font-size: 10pt; }
  thead { display: table-header-group; }
  tr, h2, h3, h4 { break-inside: avoid; } h2, h3, h4, caption, summary { break-after: avoid; }
  .wide { overflow: visible; }
  a { text-decoration: none; }
  details::details-content { content-visibility: visible; block-size: auto; }
}
`;

// The picture of one window while its labels come in: two panels over the days since it ended, readable in light and dark.
const W = 880;
const PLOT = { left: 62, right: 168, width: W - 62 - 168 };
const TOP = { y: 58, height: 260 };
const LOW = { y: 352, height: 110 };
const H = 506;

const STYLE = `
  svg { --bg: #ffffff; --text: #1c2430; --muted: #5b6675; --grid: #e3e7ec; --real: #1f5fd1; --est: #8a3fb5; --cor: #0b7a55; --shade: #eef1f5 }
  @media (prefers-color-scheme: dark) {
    svg { --bg: #12161c; --text: #e8ecf2; --muted: #9aa6b5; --grid: #2a313b; --real: #7fb0ff; --est: #d29bf0; --cor: #5fd3a6; --shade: #1c222b }
  }
  text { font: 13px system-ui, -apple-system, 'Segoe UI', sans-serif; fill: var(--text); font-variant-numeric: tabular-nums }
  .small { font-size: 12px; fill: var(--muted) } .end { text-anchor: end } .mid { text-anchor: middle } .title { font-weight: 600 }
  path, line { fill: none } .grid { stroke: var(--grid) }
  .real { stroke: var(--real) } .est { stroke: var(--est); stroke-dasharray: 6 4 } .cor { stroke: var(--cor); stroke-dasharray: 2 3 }
  .main { stroke-width: 2.2 } .band { stroke: none } .b-real { fill: var(--real); opacity: .16 } .b-est { fill: var(--est); opacity: .1 }
  .t-real { fill: var(--real) } .t-est { fill: var(--est) } .t-cor { fill: var(--cor) }`;

const percent = (v, digits = 0) => `${(v * 100).toFixed(digits)} %`;

export function draw({ moments, untilDays }) {
  const x = (days) => PLOT.left + (days / untilDays) * PLOT.width;
  const all = moments.flatMap((m) =>
    [m.realized, m.estimated, m.corrected].flatMap((i) => (i?.value == null ? [] : [i.value])),
  );
  const band = moments.flatMap((m) => [m.estimated?.low, m.estimated?.high].filter((v) => v != null));
  const min = Math.floor(Math.min(...all, ...band) * 20) / 20;
  const max = Math.ceil(Math.max(...all, ...band) * 20) / 20;
  const y = (v) => TOP.y + TOP.height * (1 - (Math.min(max, Math.max(min, v)) - min) / (max - min));
  const share = (v) => LOW.y + LOW.height * (1 - v);

  const points = (toY, pick) =>
    moments.map((m) => (pick(m) == null ? null : `${x(m.days).toFixed(1)} ${toY(pick(m)).toFixed(1)}`));
  /** A value that is missing ends the line. */
  const line = (look, toY, pick) => {
    let pen = 'M';
    const d = points(toY, pick).map((p) => {
      const out = p === null ? '' : `${pen}${p}`;
      pen = p === null ? 'M' : 'L';
      return out;
    });
    return `<path class="${look}" d="${d.join('')}"/>`;
  };
  const area = (look, key) => {
    const known = moments.filter((m) => m[key]?.low != null);
    const up = known.map((m) => `${x(m.days).toFixed(1)} ${y(m[key].high).toFixed(1)}`);
    const down = known.map((m) => `${x(m.days).toFixed(1)} ${y(m[key].low).toFixed(1)}`).reverse();
    return `<path class="band ${look}" d="M${[...up, ...down].join('L')}Z"/>`;
  };
  const grid = (toY, values, digits) =>
    values
      .map(
        (v) =>
          `<line class="grid" x1="${PLOT.left}" x2="${PLOT.left + PLOT.width}" y1="${toY(v).toFixed(1)}" y2="${toY(v).toFixed(1)}"/>` +
          `<text class="small end" x="${PLOT.left - 8}" y="${(toY(v) + 4).toFixed(1)}">${percent(v, digits)}</text>`,
      )
      .join('');
  const ticks = Array.from({ length: Math.round((max - min) / 0.05) + 1 }, (_, i) => min + i * 0.05);
  const days = Array.from({ length: untilDays / 5 + 1 }, (_, i) => i * 5);

  const final = moments.find((m) => m.state === 'final');
  const fx = final ? x(final.days) : PLOT.left + PLOT.width;
  const last = moments.at(-1);
  const side = PLOT.left + PLOT.width + 10;
  const ends = apart(
    [
      { at: y(last.realized.value), text: `realized ${percent(last.realized.value, 1)}`, look: 't-real' },
      { at: y(last.estimated.value), text: `estimated ${percent(last.estimated.value, 1)}`, look: 't-est' },
    ],
    17,
  );
  const shares = apart(
    [
      { at: share(last.coverage), text: `coverage ${percent(last.coverage)}`, look: 't-real' },
      { at: share(last.maturity ?? 0), text: `maturity ${percent(last.maturity ?? 0)}`, look: 't-est' },
    ],
    17,
  );
  const corrected = moments.filter((m) => m.corrected?.value != null);
  const said = corrected[Math.min(corrected.length - 1, 10)];
  const n = last.n.toLocaleString('en-GB');

  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${W} ${H}" width="${W}" height="${H}" role="img" aria-label="Accuracy of one week as it was known from its end until all labels were in, over the share of its labels">
<style>${STYLE}</style>
<rect width="${W}" height="${H}" rx="8" fill="var(--bg)"/>
<text class="title" x="${PLOT.left}" y="24">Accuracy of one week (${n} predictions), as it was known from day to day</text>
<rect x="${PLOT.left}" y="${TOP.y}" width="${(fx - PLOT.left).toFixed(1)}" height="${LOW.y + LOW.height - TOP.y}" fill="var(--shade)"/>
<text class="small" x="${PLOT.left + 2}" y="48">provisional: labels are still coming</text>
${final ? `<text class="small" x="${fx + 4}" y="48">final, day ${final.days}</text><line class="grid" stroke-width="2" x1="${fx}" x2="${fx}" y1="38" y2="${LOW.y + LOW.height}"/>` : ''}
${grid(y, ticks, 0)}
${area('b-est', 'estimated')}${area('b-real', 'realized')}
${line('est main', y, (m) => m.estimated?.value)}
${line('cor main', y, (m) => m.corrected?.value)}
${line('real main', y, (m) => m.realized?.value)}
${ends.map((e) => `<text class="${e.look}" x="${side}" y="${(e.y + 4).toFixed(1)}">${e.text}</text>`).join('')}
${said ? `<text class="t-cor" x="${(x(said.days) + 4).toFixed(1)}" y="${(y(said.corrected.value) + 22).toFixed(1)}">corrected</text>` : ''}
${grid(share, [0, 0.5, 1], 0)}
${line('real main', share, (m) => m.coverage)}${line('est main', share, (m) => m.maturity)}
${shares.map((e) => `<text class="${e.look}" x="${side}" y="${(e.y + 4).toFixed(1)}">${e.text}</text>`).join('')}
<text class="small" x="${PLOT.left}" y="${LOW.y - 10}">Share of the labels that are in</text>
${days.map((d) => `<text class="small mid" x="${x(d).toFixed(1)}" y="${LOW.y + LOW.height + 18}">${d}</text>`).join('')}
<text class="small mid" x="${PLOT.left + PLOT.width / 2}" y="${H - 8}">days since the week ended</text>
</svg>
`;
}

/** Labels at least so far from each other. */
function apart(labels, least) {
  const sorted = [...labels].sort((a, b) => a.at - b.at).map((l) => ({ ...l, y: l.at }));
  for (let i = 1; i < sorted.length; i++) sorted[i].y = Math.max(sorted[i].y, sorted[i - 1].y + least);
  return sorted;
}

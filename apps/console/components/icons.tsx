import type { SVGProps } from 'react';

/** 16 px, 1.5 px strokes, currentColor. Always beside text or inside a labelled button, hence hidden from readers. */
const PATHS = {
  overview: 'M2.5 9.5h3v4h-3zM6.5 6h3v7.5h-3zM10.5 2.5h3v11h-3z',
  incident: 'M8 2.2 14.3 13.3H1.7zM8 6.4v3.2M8 11.4v.1',
  monitor: 'M1.8 8.4h2.6L6.3 3.6l3.2 8.8 1.9-4h2.8',
  search: 'M7 12A5 5 0 1 0 7 2a5 5 0 0 0 0 10zM10.7 10.7 14 14',
  sun: 'M8 10.8a2.8 2.8 0 1 0 0-5.6 2.8 2.8 0 0 0 0 5.6zM8 1.5v1.2M8 13.3v1.2M1.5 8h1.2M13.3 8h1.2M3.4 3.4l.9.9M11.7 11.7l.9.9M3.4 12.6l.9-.9M11.7 4.3l.9-.9',
  moon: 'M13.5 9.4A5.8 5.8 0 0 1 6.6 2.5a5.8 5.8 0 1 0 6.9 6.9z',
  system: 'M2.2 3h11.6v7.6H2.2zM5.5 13.4h5M8 10.6v2.8',
  logout: 'M6 2.5H3v11h3M10.5 11l3-3-3-3M13.2 8H6.5',
  chevron: 'M6 4l4 4-4 4',
  down: 'M4 6l4 4 4-4',
  close: 'M4 4l8 8M12 4l-8 8',
  check: 'M3 8.5l3.2 3.2L13 4.8',
  copy: 'M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3',
  link: 'M6.8 9.2l2.4-2.4M7.2 4.6l1.3-1.3a2.9 2.9 0 0 1 4.2 4.2l-1.3 1.3M8.8 11.4l-1.3 1.3a2.9 2.9 0 0 1-4.2-4.2l1.3-1.3',
  download: 'M8 2.5v7.5M4.8 7.2 8 10.3l3.2-3.1M2.8 13.2h10.4',
  table: 'M2.2 3h11.6v10H2.2zM2.2 6.4h11.6M2.2 9.7h11.6M6.2 6.4V13',
  chart: 'M2.2 13.2h11.6M3 10.4l3.2-3.6 2.6 2.2L13 4',
  mute: 'M3 6.2h2.2L8.4 3.4v9.2L5.2 9.8H3zM10.8 6.4l3.2 3.2M14 6.4l-3.2 3.2',
  note: 'M2.8 3h10.4v7.4H8.2L5.2 13v-2.6H2.8z',
  rows: 'M2.2 4h11.6M2.2 8h11.6M2.2 12h11.6',
  clock: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12zM8 4.8V8l2.2 1.6',
  deploy: 'M8 2.2 13 8l-5 5.8L3 8z',
  plus: 'M8 3v10M3 8h10',
  model: 'M8 1.8v4M5.2 6h5.6l-.8 4L8 14.2 6 10z',
  refresh: 'M13.2 8a5.2 5.2 0 1 1-1.6-3.8M13.4 2.4v2.4H11',
  up: 'M8 13V3.5M4.2 7 8 3.2 11.8 7',
  circle: 'M8 13.2A5.2 5.2 0 1 0 8 2.8a5.2 5.2 0 0 0 0 10.4z',
  slash: 'M8 13.2A5.2 5.2 0 1 0 8 2.8a5.2 5.2 0 0 0 0 10.4zM4.4 11.6l7.2-7.2',
  filter: 'M2.2 3.4h11.6L9.4 8.6v4.2l-2.8-1.4V8.6z',
  review: 'M2.5 3.5h7M2.5 7h4.5M2.5 10.5h3.5M8.2 11.2l2 2L14 8.6',
  undo: 'M5.5 3 2.5 6l3 3M2.8 6h6.7a3.6 3.6 0 0 1 0 7.2H6',
  trash: 'M3 4.5h10M6.5 4.5v-2h3v2M4.5 4.5l.6 9h5.8l.6-9',
  settings:
    'M2 4.6h6.2M11.8 4.6H14M2 11.4h2.2M7.8 11.4H14M10 6.4a1.8 1.8 0 1 0 0-3.6 1.8 1.8 0 0 0 0 3.6zM6 13.2a1.8 1.8 0 1 0 0-3.6 1.8 1.8 0 0 0 0 3.6z',
  key: 'M5.2 13.4a2.7 2.7 0 1 0 0-5.4 2.7 2.7 0 0 0 0 5.4zM7.2 8.8 13 3M10.6 5.4l2 2',
  person: 'M8 7.6a2.7 2.7 0 1 0 0-5.4 2.7 2.7 0 0 0 0 5.4zM2.8 13.8c.5-2.8 2.6-4.2 5.2-4.2s4.7 1.4 5.2 4.2',
  data: 'M8 5.8c2.9 0 5-.8 5-1.8s-2.1-1.8-5-1.8S3 3 3 4s2.1 1.8 5 1.8zM3 4v8c0 1 2.1 1.8 5 1.8s5-.8 5-1.8V4M3 8c0 1 2.1 1.8 5 1.8S13 9 13 8',
  bookmark: 'M4 2.5h8v11L8 10.6 4 13.5z',
  send: 'M14 2 7.2 8.8M14 2 9.8 14 7.2 8.8 2 6.2z',
} as const;
export type IconName = keyof typeof PATHS;

export function Icon({ name, size = 16, ...rest }: { name: IconName; size?: number } & SVGProps<SVGSVGElement>) {
  return (
    <svg
      viewBox="0 0 16 16"
      width={size}
      height={size}
      fill="none"
      stroke="currentColor"
      strokeWidth={1.5}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
      {...rest}
      className={`shrink-0 ${rest.className ?? ''}`}
    >
      <path d={PATHS[name]} />
    </svg>
  );
}

export function Logo({ size = 22 }: { size?: number }) {
  return (
    <svg viewBox="0 0 32 32" width={size} height={size} aria-hidden="true" focusable="false" className="shrink-0">
      <rect width="32" height="32" rx="7.5" fill="var(--accent-fill)" />
      <path d="M16 4.5v8" stroke="#fff" strokeWidth="2.2" strokeLinecap="round" />
      <path d="M11 12.5h10l-1.2 7L16 27.5l-3.8-8z" fill="#fff" />
    </svg>
  );
}

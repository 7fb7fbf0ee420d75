import cliProgress from 'cli-progress';

/** How far something is; `fraction` in [0, 1] if the whole is known. */
export type State = { rows: number; fraction?: number };
export type Progress = {
  update(state: State): void;
  /** What is waited for, or null. */
  note(text: string | null): void;
  stop(): void;
};
/** `from`: what an earlier run had done, which says nothing about the speed of this one. */
type Options = { wanted: boolean; unit?: string; from?: number };
type Terminal = NodeJS.WritableStream & { isTTY?: boolean };

const LINE_EVERY_MS = 5_000;
const count = (n: number) => n.toLocaleString('en-US');

/** A bar on a terminal, a line every few seconds elsewhere, nothing if it is not wanted. Always on stderr: stdout is for results. */
export function openProgress(out: Terminal, options: Options): Progress {
  if (!options.wanted) return { update() {}, note() {}, stop() {} };
  return out.isTTY ? bar(out, options) : lines(out, options);
}

function bar(out: Terminal, options: Options): Progress {
  const told = teller(options);
  let state: State = { rows: 0 };
  let note: string | null = null;
  const shown = new cliProgress.SingleBar({
    stream: out,
    hideCursor: true,
    clearOnComplete: true,
    linewrap: false,
    etaBuffer: 50,
    format: (_options, { progress }) => {
      const known = state.fraction !== undefined;
      const filled = Math.round(progress * 30);
      const gauge = known ? `${'█'.repeat(filled)}${'░'.repeat(30 - filled)} ${percent(progress)}  ` : '';
      return `${gauge}${told(state)}${note ? `  ${note}` : ''}`;
    },
  });
  shown.start(1_000, 0);
  const draw = () => shown.update(Math.floor((state.fraction ?? 0) * 1_000));
  return {
    update(next) {
      state = next;
      draw();
    },
    note(text) {
      note = text;
      draw();
    },
    stop: () => shown.stop(),
  };
}

function lines(out: Terminal, options: Options): Progress {
  const told = teller(options);
  let state: State = { rows: 0 };
  let waiting = false;
  const write = (text: string) => out.write(`plumbline: ${text}\n`);
  const timer = setInterval(() => {
    const { fraction } = state;
    write(`${fraction === undefined ? '' : `${percent(fraction)}  `}${told(state)}`);
  }, LINE_EVERY_MS);
  timer.unref();
  return {
    update(next) {
      state = next;
    },
    note(text) {
      if (text !== null && !waiting) write(text);
      if (text === null && waiting) write('it answers again');
      waiting = text !== null;
    },
    stop: () => clearInterval(timer),
  };
}

const percent = (fraction: number) => `${Math.floor(fraction * 100)} %`;
function teller({ unit = 'rows', from = 0 }: Options) {
  const started = performance.now();
  return ({ rows }: State): string => {
    const seconds = Math.max((performance.now() - started) / 1000, 0.001);
    return `${count(rows)} ${unit}, ${count(Math.round(Math.max(0, rows - from) / seconds))} ${unit}/s`;
  };
}

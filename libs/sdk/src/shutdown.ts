import { proc } from './runtime.js';

/** What a client does at the end of its process. */
export interface Ending {
  /** The event loop has run dry: there is time. */
  beforeExit(): Promise<void>;
  /** Somebody asks the process to end; `last`: nobody else will decide when, so it ends right after this. */
  signal(last: boolean): Promise<void>;
  /** Nothing asynchronous runs any more. */
  exit(): void;
}

const SIGNALS = ['SIGTERM', 'SIGINT'] as const;

interface Registry {
  endings: Set<Ending>;
  install(): void;
  remove(): void;
}

/** One listener for all clients, also when this module is loaded twice (ESM and CommonJS). */
const KEY = Symbol.for('plumbline.shutdown');
const shared = globalThis as { [KEY]?: Registry };

/** Returns the way back. Does nothing where there are no signals. */
export function atShutdown(ending: Ending): () => void {
  if (typeof proc?.on !== 'function' || typeof proc.listeners !== 'function') return () => undefined;
  shared[KEY] ??= createRegistry(proc);
  const registry = shared[KEY];
  registry.endings.add(ending);
  registry.install();
  return () => {
    registry.endings.delete(ending);
    if (registry.endings.size === 0) registry.remove();
  };
}

function createRegistry(process: NodeJS.Process): Registry {
  const endings = new Set<Ending>();
  let installed = false;
  let leaving = false;

  const all = (run: (ending: Ending) => Promise<void>) => Promise.allSettled([...endings].map(run));
  const onBeforeExit = () => void all((ending) => ending.beforeExit());
  const onExit = () => {
    for (const ending of endings) ending.exit();
  };
  const onSignal = (signal: NodeJS.Signals) => {
    const last = process.listeners(signal).length - signalExitListeners(process) <= 1;
    if (!last) return void all((ending) => ending.signal(false));
    const leave = () => {
      remove();
      process.kill(process.pid, signal);
    };
    if (leaving) return leave(); // asked twice: at once
    leaving = true;
    void all((ending) => ending.signal(true)).then(leave);
  };

  const install = () => {
    if (installed) return;
    installed = true;
    leaving = false;
    process.on('beforeExit', onBeforeExit);
    process.on('exit', onExit);
    // First in line: a `once` listener of the application is gone from the list as soon as it runs, and we would not see it.
    for (const signal of SIGNALS) process.prependListener(signal, onSignal);
  };
  const remove = () => {
    installed = false;
    process.removeListener('beforeExit', onBeforeExit);
    process.removeListener('exit', onExit);
    for (const signal of SIGNALS) process.removeListener(signal, onSignal);
  };
  return { endings, install, remove };
}

/**
 * The package signal-exit, which many tools bring along, listens too, but only to end the process as soon as it is alone. If
 * each waited for the other, the signal would be swallowed. Versions 3 and 4 leave their counts here.
 */
function signalExitListeners(process: NodeJS.Process): number {
  const v3 = (process as { __signal_exit_emitter__?: { count?: number } }).__signal_exit_emitter__;
  const v4 = (globalThis as { [key: symbol]: { count?: number } | undefined })[Symbol.for('signal-exit emitter')];
  return (v3?.count ?? 0) + (v4?.count ?? 0);
}

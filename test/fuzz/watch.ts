import type { Client } from '../e2e/client.js';
import type { Server } from '../e2e/server.js';

const EVERY_MS = 1_000;
const PATIENCE_MS = 20_000;
const sleep = (ms: number) => new Promise<null>((resolve) => setTimeout(resolve, ms, null));

/** Looks at the server while it works: whether it is the same process still, how much memory it takes, what it complains of. */
export class Watch {
  rssMaxMb = 0;
  private startedAt: number | undefined;
  private timer: NodeJS.Timeout | undefined;
  private looking: Promise<void> | undefined;
  readonly troubles = new Set<string>();

  constructor(
    private readonly server: Server,
    private readonly client: Client,
  ) {}

  async begin(): Promise<void> {
    await this.look();
    this.timer = setInterval(() => {
      this.looking ??= this.look().finally(() => {
        this.looking = undefined;
      });
    }, EVERY_MS);
  }

  async end(): Promise<void> {
    clearInterval(this.timer);
    await Promise.race([this.looking ?? this.look(), sleep(PATIENCE_MS)]);
    const health = await Promise.race([this.client.get('/healthz').catch(() => null), sleep(PATIENCE_MS)]);
    if (health?.status !== 200) this.troubles.add(`/healthz answers ${health?.status ?? 'nothing'}`);
    // Warnings are the server's way of saying that it is busy; errors, and whatever does not come from the log, are not.
    const lines = this.server.output
      .split('\n')
      .filter((line) => (line.startsWith('{') ? /"level":(50|60)/ : /error|panic|fault|abort/i).test(line));
    for (const line of lines.slice(0, 5)) this.troubles.add(`the log says: ${line.slice(0, 500)}`);
  }

  /** Events that the server says it refused since its start, as `kind code`. */
  async refused(): Promise<Map<string, number>> {
    const text = (await this.client.get('/metrics')).text;
    const lines = text.matchAll(/^plumbline_ingest_rejected_total\{kind="(\w+)",code="(\w+)"\} (\d+)/gm);
    return new Map([...lines].map(([, kind, code, n]) => [`${kind} ${code}`, Number(n)]));
  }

  private async look(): Promise<void> {
    const answer = await this.client.get('/metrics').catch(() => null);
    if (answer?.status !== 200) {
      this.troubles.add(`/metrics answers ${answer?.status ?? 'nothing'}`);
      return;
    }
    const read = (name: string) => Number(new RegExp(`^plumbline_${name} (\\S+)`, 'm').exec(answer.text)?.[1]);
    this.rssMaxMb = Math.max(this.rssMaxMb, Math.round(read('process_resident_memory_bytes') / 2 ** 20));
    const startedAt = read('process_start_time_seconds');
    this.startedAt ??= startedAt;
    if (startedAt !== this.startedAt) this.troubles.add('the server was started again');
  }
}

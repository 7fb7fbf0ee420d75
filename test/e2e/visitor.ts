import { type Answer, Client } from './client.js';

/** A browser as the server sees it: keeps cookies and says where its requests come from. */
export class Visitor extends Client {
  private readonly jar = new Map<string, string>();

  constructor(
    url: string,
    private readonly from: Record<string, string> = { origin: url, 'sec-fetch-site': 'same-origin' },
  ) {
    super(url, null);
  }

  override async request(
    method: string,
    path: string,
    body?: string | Buffer,
    send: { headers?: Record<string, string> } = {},
  ): Promise<Answer> {
    const headers = { ...this.from, cookie: this.cookie, ...send.headers };
    const answer = await super.request(method, path, body, { ...send, headers });
    for (const line of answer.headers.getSetCookie()) {
      const [name, value] = line.split(';')[0]!.split('=') as [string, string];
      if (value) this.jar.set(name, value);
      else this.jar.delete(name);
    }
    return answer;
  }

  get cookie(): string {
    return [...this.jar].map(([name, value]) => `${name}=${value}`).join('; ');
  }

  /** Signs in, and may not fail. */
  async enter(body: object): Promise<this> {
    await this.ok(this.post('/v1/session', body));
    return this;
  }
}

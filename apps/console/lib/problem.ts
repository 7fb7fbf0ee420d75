import type { Problem } from '@plumbline/contracts';

/** An answer that is not 2xx, with what the server said in words a person can act on. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly problem: Partial<Problem>,
  ) {
    super(problem.detail ?? problem.title ?? `The server answered ${status}.`);
    this.name = 'ApiError';
  }
  get code(): string {
    return this.problem.code ?? `http_${this.status}`;
  }

  static from(status: number, body: unknown): ApiError {
    return new ApiError(status, typeof body === 'object' && body !== null ? (body as Partial<Problem>) : {});
  }
  static async of(response: Response): Promise<ApiError> {
    return ApiError.from(response.status, parse(await response.text().catch(() => '')));
  }
  static unreachable(): ApiError {
    return new ApiError(0, {
      code: 'unreachable',
      title: 'The server cannot be reached',
      detail: 'The server cannot be reached. Check the connection; this page tries again by itself.',
    });
  }
}

export function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

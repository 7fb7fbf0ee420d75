import type { Dice } from '../fuzz/dice.js';

export type Kind = 'predictions' | 'outcomes';
/** One thing said about an id: which payload a prediction has, or one outcome. `ts` null: the server's clock decides. */
export type Said = { id: string; ts: number | null; event: object; label?: number; score?: number };
export type Body = { kind: Kind; model: string; said: Said[]; attempts: number };

export const MODELS = ['ch-one', 'ch-two', 'ch-three'];
/** What is sent of this one is never sent again. */
export const GIVEN_UP = 'ch-given-up';
export const START_MS = Date.parse('2026-03-01T00:00:00Z');
const MINUTE_MS = 60_000;
const DAY_MS = 1440 * MINUTE_MS;
const EVENTS_MAX = 200;

/** Makes what one connection sends; ids are its own. */
export class Traffic {
  private count = 0;
  constructor(
    private readonly dice: Dice,
    private readonly lane: string,
  ) {}

  predictions(model: string): Body {
    const { dice } = this;
    const timeless = dice.chance(0.3);
    const version = dice.pick([undefined, undefined, 'v2']);
    const said = Array.from({ length: 1 + dice.below(EVENTS_MAX) }, (): Said => {
      const n = this.count++;
      const id = `${this.lane}-${n}`;
      const ts = timeless ? null : START_MS + (n % 28_800) * MINUTE_MS;
      const score = (n % 100) / 100;
      const features = { n, lane: this.lane };
      return {
        id,
        ts,
        score,
        event: { model, prediction_id: id, ...(ts === null ? {} : { ts }), version, features, prediction: { score } },
      };
    });
    return { kind: 'predictions', model, said, attempts: 0 };
  }

  /** Other predictions under the same ids: which of both is kept, and that it stays, is to be seen. */
  rival({ model, said }: Body): Body {
    const others = said.map((s): Said => {
      const score = 1 - s.score!;
      return { ...s, score, event: { ...s.event, prediction: { score }, features: { rival: true } } };
    });
    return { kind: 'predictions', model, said: others, attempts: 0 };
  }

  outcomes({ model, said }: Body): Body {
    const timeless = this.dice.chance(0.3);
    const told = said.map(({ id }, i): Said => {
      const ts = timeless ? null : START_MS + 30 * DAY_MS + i;
      const label = this.dice.below(2);
      return { id, ts, label, event: { model, prediction_id: id, label, ...(ts === null ? {} : { ts }) } };
    });
    return { kind: 'outcomes', model, said: told, attempts: 0 };
  }

  /** The truth turned out to be another one, a day later. */
  corrections({ model, said }: Body): Body | null {
    const told = said
      .filter((s) => s.ts !== null)
      .map((s): Said => {
        const ts = s.ts! + DAY_MS;
        const label = 1 - s.label!;
        return { id: s.id, ts, label, event: { model, prediction_id: s.id, label, ts } };
      });
    return told.length > 0 ? { kind: 'outcomes', model, said: told, attempts: 0 } : null;
  }
}

export const copy = (body: Body): Body => ({ ...body, attempts: 0 });

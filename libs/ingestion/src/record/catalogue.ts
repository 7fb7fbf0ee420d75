import type { Features } from '../check/features.js';
import type { Prediction } from '../check/prediction.js';

/** What the store's catalogue holds: a name of some kind and type, and the times between which it was seen. */
export type CatalogueRow = {
  project: string;
  model: string;
  version: string;
  kind: 'feature' | 'tag' | 'version' | 'class';
  name: string;
  type: string;
  first: number;
  last: number;
};

/** Names and types that an event holds, the same object for all events of a version that hold the same. */
export type Shape = {
  schema: Schema;
  names: readonly string[];
  types: Uint8Array;
  tags: readonly string[];
  span: Span;
};

const TYPES = ['numeric', 'categorical', 'boolean', 'null', 'embedding'] as const;
/** A name that goes on being seen is told again this often; what is new is told at once. */
const TELL_EVERY_MS = 60_000;
const SCHEMAS_MAX = 5_000;
const SHAPES_MAX = 2_000;
const NAMES_MAX = 20_000;
const UNTOLD_MAX = 50_000;
const NONE: readonly string[] = [];

/**
 * Which names and types the stored predictions hold, per version. An event costs a comparison with the last ones like it;
 * only what is new, or was told long ago, is written. A new process tells everything again, which changes nothing.
 */
export class Catalogue {
  private readonly schemas = new Map<string, Schema>();
  private lastSchema: Schema | undefined;
  /** Schemas that were forgotten while rows of them were under way. */
  private late = new Set<Schema>();
  private untold: CatalogueRow[] = [];

  /** The shape of a prediction; `note` it once it is stored. */
  shapeOf(projectId: string, p: Prediction): Shape {
    let schema = this.lastSchema;
    if (schema?.model !== p.model || schema.version !== p.version || schema.project !== projectId) {
      schema = this.find(projectId, p.model, p.version);
      this.lastSchema = schema;
    }
    return schema.shapeOf(p.features, p.tags);
  }

  note(shape: Shape, chosen: string, others: readonly string[], ts: number): void {
    shape.schema.note(shape, chosen, others, ts);
    if (shape.schema.isForgotten) this.late.add(shape.schema);
  }

  /** What is to be told since the last call. */
  take(): CatalogueRow[] {
    const rows = [...this.untold, ...[...this.schemas.values(), ...this.late].flatMap((schema) => schema.take())];
    this.untold = [];
    this.late = new Set();
    return rows;
  }

  /** They could not be told: the next call of `take` has them again. */
  putBack(rows: readonly CatalogueRow[]): void {
    this.untold = rows.slice(0, UNTOLD_MAX);
  }

  /** The model was deleted: whatever comes is told again. */
  forget(project: string, model: string): void {
    const isIts = (of: { project: string; model: string }) => of.project === project && of.model === model;
    this.untold = this.untold.filter((row) => !isIts(row));
    for (const [key, schema] of this.schemas) if (isIts(schema)) this.drop(key, schema);
  }

  private drop(key: string, schema: Schema): void {
    schema.isForgotten = true;
    this.schemas.delete(key);
    if (this.lastSchema === schema) this.lastSchema = undefined;
  }

  private find(project: string, model: string, version: string): Schema {
    const key = JSON.stringify([project, model, version]);
    const known = this.schemas.get(key);
    if (known) return known;
    if (this.schemas.size >= SCHEMAS_MAX)
      for (const [name, old] of this.schemas) {
        if (old.isTouched) this.late.add(old);
        this.drop(name, old);
      }
    const schema = new Schema(project, model, version);
    this.schemas.set(key, schema);
    return schema;
  }
}

/** One version of a model. */
export class Schema {
  private shapes = new Map<number, Shape[]>();
  private shapesKept = 0;
  private lastShape: Shape | undefined;
  private readonly touched = new Set<Shape>();
  isForgotten = false;
  private readonly span = new Span();
  private readonly classes = new Map<string, Span>();
  /** By type and name. */
  private readonly features = new Map<string, Span>();
  private readonly tags = new Map<string, Span>();

  constructor(
    readonly project: string,
    readonly model: string,
    readonly version: string,
  ) {}

  /** Is there something to tell? */
  get isTouched(): boolean {
    return this.touched.size > 0;
  }

  shapeOf({ names, values }: Features, tags: Prediction['tags']): Shape {
    if (this.lastShape && isLike(this.lastShape, names, values, tags)) return this.lastShape;
    let hash = names.length + 31 * tags.length;
    for (let i = 0; i < values.length; i++) hash = (Math.imul(hash, 31) + typeOf(values[i]!)) | 0;
    const alike = this.shapes.get(hash) ?? [];
    let shape = alike.find((s) => isLike(s, names, values, tags));
    if (!shape) {
      shape = {
        schema: this,
        names: [...names],
        types: Uint8Array.from(values, typeOf),
        tags: tags.map(([name]) => name),
        span: new Span(),
      };
      if (++this.shapesKept > SHAPES_MAX) {
        this.shapes = new Map();
        this.shapesKept = 1;
      }
      this.shapes.set(hash, [...(this.shapes.get(hash) ?? []), shape]);
    }
    this.lastShape = shape;
    return shape;
  }

  /** Classes with a score that were not told of: when a class was seen last is when it was chosen last. */
  newClasses(scores: Prediction['scores']): readonly string[] {
    if (scores.every(([name]) => this.classes.has(name))) return NONE;
    return scores.map(([name]) => name).filter((name) => !this.classes.has(name));
  }

  note(shape: Shape, chosen: string, others: readonly string[], ts: number): void {
    this.touched.add(shape);
    shape.span.see(ts, ts);
    this.span.see(ts, ts);
    spanOf(this.classes, chosen).see(ts, ts);
    for (const name of others) spanOf(this.classes, name).see(ts, ts);
  }

  take(): CatalogueRow[] {
    if (this.touched.size === 0) return [];
    for (const { names, types, tags, span } of this.touched) {
      for (const [i, name] of names.entries())
        spanOf(this.features, `${TYPES[types[i]!]} ${name}`).see(span.first, span.last);
      for (const name of tags) spanOf(this.tags, name).see(span.first, span.last);
    }
    this.touched.clear();
    const rows: CatalogueRow[] = [];
    const { project, model, version } = this;
    const tell = (kind: CatalogueRow['kind'], type: string, name: string, span: Span, everyMs: number) => {
      if (span.tell(everyMs))
        rows.push({ project, model, version, kind, name, type, first: span.first, last: span.last });
    };
    tell('version', '', version, this.span, 0);
    for (const [name, span] of this.classes) tell('class', '', name, span, TELL_EVERY_MS);
    for (const [name, span] of this.tags) tell('tag', '', name, span, TELL_EVERY_MS);
    for (const [key, span] of this.features) {
      const space = key.indexOf(' ');
      tell('feature', key.slice(0, space), key.slice(space + 1), span, TELL_EVERY_MS);
    }
    for (const map of [this.classes, this.tags, this.features]) if (map.size > NAMES_MAX) map.clear();
    return rows;
  }
}

/** When something was seen first and last, and what of that has been told. */
class Span {
  first = Number.POSITIVE_INFINITY;
  last = Number.NEGATIVE_INFINITY;
  private toldFirst = Number.POSITIVE_INFINITY;
  private toldLast = Number.NEGATIVE_INFINITY;

  see(first: number, last: number): void {
    if (first < this.first) this.first = first;
    if (last > this.last) this.last = last;
  }

  /** Is it new enough to be told? Then it counts as told. */
  tell(everyMs: number): boolean {
    if (this.first >= this.toldFirst && this.last <= this.toldLast + everyMs) return false;
    this.toldFirst = this.first;
    this.toldLast = this.last;
    return true;
  }
}

function spanOf(map: Map<string, Span>, key: string): Span {
  let span = map.get(key);
  if (!span) {
    span = new Span();
    map.set(key, span);
  }
  return span;
}

function isLike(shape: Shape, names: readonly string[], values: Features['values'], tags: Prediction['tags']): boolean {
  if (shape.names.length !== names.length || shape.tags.length !== tags.length) return false;
  for (let i = 0; i < names.length; i++)
    if (typeOf(values[i]!) !== shape.types[i] || names[i] !== shape.names[i]) return false;
  for (let i = 0; i < tags.length; i++) if (tags[i]![0] !== shape.tags[i]) return false;
  return true;
}

function typeOf(value: Features['values'][number]): number {
  if (typeof value === 'number') return 0;
  if (typeof value === 'string') return value === 'true' || value === 'false' ? 2 : 1;
  return value === null ? 3 : 4;
}

import type { ContractBody, ContractView, Page } from '@plumbline/contracts';
import { PlumblineError } from '@plumbline/contracts';
import { and, type Db, dataContracts, desc, eq, lt, type ModelContext, references, type Tx } from '@plumbline/control';
import { inferContract } from './infer.js';

type Row = typeof dataContracts.$inferSelect;

/** The contract in force: the newest edited one, else what the default reference lets one expect. */
export async function contractOf(tx: Tx, model: ModelContext): Promise<ContractView> {
  const [edited] = await tx
    .select()
    .from(dataContracts)
    .where(and(eq(dataContracts.projectId, model.projectId), eq(dataContracts.model, model.model)))
    .orderBy(desc(dataContracts.revision))
    .limit(1);
  if (edited) return editedView(edited);
  const [reference] = await tx
    .select()
    .from(references)
    .where(and(eq(references.projectId, model.projectId), eq(references.model, model.model)))
    .orderBy(desc(references.createdAt), desc(references.id))
    .limit(1);
  return {
    model: model.model,
    revision: 0,
    origin: 'inferred',
    by: null,
    at: reference?.createdAt.toISOString() ?? null,
    reference: reference
      ? { id: reference.id, name: reference.name, revision: reference.revision, rows: reference.rows }
      : null,
    ...settled(inferContract(reference?.profiles ?? {}, model.features, model.task)),
  };
}

/** Keeps a whole contract as a new revision. Two people who edit at once: the second hears of it if it names its revision. */
export async function putContract(
  db: Db,
  model: ModelContext,
  { revision, ...body }: ContractBody,
  by: string,
  alongside: (tx: Tx, view: ContractView) => Promise<void>,
): Promise<ContractView> {
  return db.transaction(async (tx) => {
    const [newest] = await tx
      .select({ revision: dataContracts.revision })
      .from(dataContracts)
      .where(and(eq(dataContracts.projectId, model.projectId), eq(dataContracts.model, model.model)))
      .orderBy(desc(dataContracts.revision))
      .limit(1);
    const known = newest?.revision ?? 0;
    if (revision !== undefined && revision !== known) throw overtaken(model.model, revision, known);
    const [row] = await tx
      .insert(dataContracts)
      .values({ projectId: model.projectId, model: model.model, revision: known + 1, body, createdBy: by })
      .onConflictDoNothing()
      .returning();
    if (!row) throw overtaken(model.model, known, known + 1);
    const view = editedView(row);
    await alongside(tx, view);
    return view;
  });
}

const overtaken = (model: string, asked: number, known: number) =>
  new PlumblineError(
    'conflict',
    `Revision ${asked} of the contract was changed meanwhile; the newest is ${known}. Read it (GET /v1/models/${model}/contract), then put your changes again.`,
  );

/** Edited revisions, newest first. */
export async function listContracts(
  tx: Tx,
  model: ModelContext,
  q: { limit: number; cursor?: string },
): Promise<Page<ContractView>> {
  const before = q.cursor !== undefined && /^\d{1,9}$/.test(q.cursor) ? Number(q.cursor) : undefined;
  const rows = await tx
    .select()
    .from(dataContracts)
    .where(
      and(
        eq(dataContracts.projectId, model.projectId),
        eq(dataContracts.model, model.model),
        before === undefined ? undefined : lt(dataContracts.revision, before),
      ),
    )
    .orderBy(desc(dataContracts.revision))
    .limit(q.limit + 1);
  const items = rows.slice(0, q.limit).map(editedView);
  return { items, next_cursor: rows.length > q.limit ? String(items.at(-1)!.revision) : null };
}

const editedView = (row: Row): ContractView => ({
  model: row.model,
  revision: row.revision,
  origin: 'edited',
  by: row.createdBy,
  at: row.createdAt.toISOString(),
  reference: null,
  ...settled(row.body),
});

const settled = ({ features, outputs, refused_max }: Omit<ContractBody, 'revision'>) => ({
  features,
  outputs,
  refused_max: refused_max ?? null,
});

import { type ControlStore, newId, projects } from '@plumbline/control';

/** A project of its own for one test: nothing of other tests is in it. */
export async function freshProject({ control }: { control: Pick<ControlStore, 'db'> }): Promise<string> {
  const id = newId();
  await control.db.insert(projects).values({ id, name: `test-${id}` });
  return id;
}

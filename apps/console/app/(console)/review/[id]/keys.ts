/** Letters that stand for something else while labelling. */
const TAKEN = new Set(['s', 'u', 'p', 'n']);
const KEYS = [...'123456789', ...[...'abcdefghijklmnopqrstuvwxyz'].filter((letter) => !TAKEN.has(letter))];

/** One key for each label, 1 to 9 and then letters; labels beyond them are for the mouse. */
export const keyed = (labels: readonly string[]): { label: string; key: string | null }[] =>
  labels.map((label, i) => ({ label, key: KEYS[i] ?? null }));

export type Act = { label: string } | 'skip' | 'undo' | 'peek' | 'note' | null;

/** What a key means; null: nothing, or it belongs to what is typed into. */
export function actOf(
  event: { key: string; ctrlKey: boolean; metaKey: boolean; altKey: boolean; typing: boolean },
  labels: readonly { label: string; key: string | null }[],
): Act {
  if (event.ctrlKey || event.metaKey || event.altKey || event.typing) return null;
  const key = event.key.toLowerCase();
  if (key === 's') return 'skip';
  if (key === 'u') return 'undo';
  if (key === 'p') return 'peek';
  if (key === 'n') return 'note';
  const hit = labels.find((l) => l.key === key);
  return hit ? { label: hit.label } : null;
}

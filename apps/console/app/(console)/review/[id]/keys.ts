/** Letters that stand for something else while labelling. */
const TAKEN = new Set(['s', 'u', 'p', 'n']);
const LETTERS = [...'abcdefghijklmnopqrstuvwxyz'].filter((letter) => !TAKEN.has(letter));
const DIGITS = [...'123456789'];

/**
 * One key for each label: a label of one character is its own key (0 is labelled with 0), the others get 1 to 9 and then letters. Where labels are
 * numbers only letters are left for the others, so that no digit means another number. Labels beyond the keys are for the mouse.
 */
export function keyed(labels: readonly string[]): { label: string; key: string | null }[] {
  const own = (label: string): string | null => {
    const key = label.toLowerCase();
    return /^[0-9a-z]$/.test(key) && !TAKEN.has(key) ? key : null;
  };
  const numbers = labels.some((label) => /^\d+$/.test(label));
  const used = new Set(labels.map(own));
  const free = [...(numbers ? [] : DIGITS), ...LETTERS].filter((key) => !used.has(key));
  const given = new Set<string>();
  return labels.map((label) => {
    const wanted = own(label);
    const key = wanted !== null && !given.has(wanted) ? wanted : (free.shift() ?? null);
    if (key !== null) given.add(key);
    return { label, key };
  });
}

export type Act = { label: string } | 'skip' | 'undo' | 'peek' | 'note' | null;

/** What a key means; null: nothing, or it belongs to what is typed into. */
export function actOf(
  event: { key: string; ctrlKey: boolean; metaKey: boolean; altKey: boolean; typing: false | 'text' | 'number' },
  labels: readonly { label: string; key: string | null }[],
): Act {
  if (event.ctrlKey || event.metaKey || event.altKey || event.typing === 'text') return null;
  const key = event.key.toLowerCase();
  if (key === 's') return 'skip';
  if (key === 'u') return 'undo';
  if (key === 'p') return 'peek';
  if (key === 'n') return 'note';
  if (event.typing) return null;
  const hit = labels.find((l) => l.key === key);
  return hit ? { label: hit.label } : null;
}

export type Command = { id: string; group: string; label: string; hint?: string; words?: string };

/**
 * Rank of a command for what was typed; null if it does not fit. Every word must be found: at the start of the label
 * best, at the start of a word next, anywhere last.
 */
export function rank(command: Command, typed: string): number | null {
  const label = command.label.toLowerCase();
  const all = `${label} ${command.hint ?? ''} ${command.words ?? ''} ${command.group}`.toLowerCase();
  let total = 0;
  for (const word of typed.toLowerCase().split(/\s+/).filter(Boolean)) {
    if (label.startsWith(word)) total += 3;
    else if (all.split(/[\s_\-./]+/).some((part) => part.startsWith(word))) total += 2;
    else if (all.includes(word)) total += 1;
    else return null;
  }
  return total;
}

export function matching<T extends Command>(commands: readonly T[], typed: string, limit = 12): T[] {
  return commands
    .map((command, at) => ({ command, at, score: rank(command, typed) }))
    .filter((hit): hit is typeof hit & { score: number } => hit.score !== null)
    .sort((a, b) => b.score - a.score || a.at - b.at)
    .slice(0, limit)
    .map((hit) => hit.command);
}

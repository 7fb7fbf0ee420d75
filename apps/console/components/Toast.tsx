'use client';

import { useSyncExternalStore } from 'react';
import { Icon } from './icons';

type Note = { id: number; text: string; tone: 'error' | 'ok' };
let notes: Note[] = [];
let nextId = 1;
const listeners = new Set<() => void>();
const emit = (next: Note[]) => {
  notes = next;
  for (const listener of listeners) listener();
};

/** A word about something the reader just did. What they only look at reports its errors in its place instead. */
export function toast(text: string, tone: Note['tone'] = 'error'): void {
  const id = nextId++;
  emit([...notes.slice(-2), { id, text, tone }]);
  setTimeout(() => emit(notes.filter((n) => n.id !== id)), tone === 'error' ? 8000 : 2500);
}

const NONE: Note[] = [];
export function Toasts() {
  const shown = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => notes,
    () => NONE,
  );
  return (
    <div
      aria-live="polite"
      className="pointer-events-none fixed inset-x-0 bottom-20 z-50 flex flex-col items-center gap-2 px-4 lg:bottom-6"
    >
      {shown.map((n) => (
        <div
          key={n.id}
          className="pointer-events-auto flex max-w-lg items-start gap-2 rounded-lg border border-line-strong bg-raised px-3 py-2 text-sm shadow-raised"
        >
          <Icon
            name={n.tone === 'ok' ? 'check' : 'incident'}
            className={`mt-0.5 ${n.tone === 'ok' ? 'text-ok' : 'text-critical'}`}
          />
          <span>{n.text}</span>
        </div>
      ))}
    </div>
  );
}

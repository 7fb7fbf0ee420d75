'use client';

import { type KeyboardEvent, type ReactNode, useEffect, useId, useRef, useState } from 'react';
import { Icon } from './icons';

export type ComboOption = {
  value: string;
  label: string;
  /** Beside the label: a count, a type. */
  hint?: string;
  /** 0…1, drawn as a bar behind the option. */
  share?: number;
  group?: string;
  disabled?: boolean;
};

const SHOWN_MAX = 200;

/**
 * A text field with a list (the ARIA combobox pattern): typing narrows the list, arrows walk it, Enter takes, Escape
 * closes. With `onType` the owner narrows the list itself; with `free` what was typed may be taken as it is.
 */
export function Combobox({
  label,
  options,
  value,
  onChange,
  onType,
  free = false,
  stay = false,
  busy = false,
  placeholder,
  autoFocus = false,
  empty = 'Nothing fits.',
  note,
  before,
  onBackspace,
  inputMode,
  className = '',
}: {
  label: string;
  options: ComboOption[];
  value: string;
  onChange: (value: string) => void;
  onType?: (typed: string) => void;
  free?: boolean;
  /** Several are taken one after the other: the list stays open. */
  stay?: boolean;
  busy?: boolean;
  placeholder?: string;
  autoFocus?: boolean;
  empty?: string;
  /** A line under the list. */
  note?: ReactNode;
  /** Inside the field, before the text: values that were taken already. */
  before?: ReactNode;
  onBackspace?: () => void;
  inputMode?: 'decimal';
  className?: string;
}) {
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  const list = useRef<HTMLDivElement>(null);
  const [open, setOpen] = useState(false);
  const [typed, setTyped] = useState<string | null>(null);
  const [at, setAt] = useState(-1);
  const named = options.find((o) => o.value === value)?.label ?? value;
  const wanted = (typed ?? '').trim().toLowerCase();
  const hits = (
    onType || !wanted
      ? options
      : options.filter((o) => `${o.label} ${o.hint ?? ''} ${o.value}`.toLowerCase().includes(wanted))
  ).slice(0, SHOWN_MAX);
  const chosen = Math.min(at, hits.length - 1);

  useEffect(() => {
    if (autoFocus) input.current?.focus();
  }, [autoFocus]);
  useEffect(() => {
    if (open && chosen >= 0) list.current?.querySelector(`[data-at="${chosen}"]`)?.scrollIntoView({ block: 'nearest' });
  }, [open, chosen]);

  const type = (text: string) => {
    setTyped(text);
    setAt(free ? -1 : 0);
    setOpen(true);
    onType?.(text);
    if (free) onChange(text);
  };
  const take = (next: string) => {
    setTyped(null);
    if (!stay) setOpen(false);
    setAt(-1);
    onType?.('');
    onChange(next);
  };
  const leave = () => {
    setOpen(false);
    if (!free) setTyped(null);
    setAt(-1);
  };
  const key = (event: KeyboardEvent) => {
    const count = hits.length;
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      if (!open) setOpen(true);
      const step = event.key === 'ArrowDown' ? 1 : -1;
      setAt(count === 0 ? -1 : chosen < 0 ? (step > 0 ? 0 : count - 1) : (chosen + step + count) % count);
    } else if (event.key === 'Enter' && open && hits[chosen] && !hits[chosen].disabled) take(hits[chosen].value);
    else if (event.key === 'Escape' && open) leave();
    else if (event.key === 'Backspace' && (typed ?? '') === '' && onBackspace) {
      onBackspace();
      return;
    } else return;
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <div className={`relative min-w-0 ${className}`}>
      <div className="flex min-h-8 flex-wrap items-center gap-1 rounded-md border border-line-strong bg-surface px-2 text-sm focus-within:outline-2 focus-within:outline-offset-1 focus-within:outline-accent">
        {before}
        <input
          ref={input}
          role="combobox"
          aria-label={label}
          aria-expanded={open}
          aria-controls={`${id}-list`}
          aria-autocomplete="list"
          aria-activedescendant={open && hits[chosen] ? `${id}-${chosen}` : undefined}
          autoComplete="off"
          spellCheck={false}
          inputMode={inputMode}
          placeholder={placeholder}
          value={typed ?? named}
          onChange={(e) => type(e.target.value)}
          onFocus={(e) => {
            e.target.select();
            setOpen(true);
          }}
          onClick={() => setOpen(true)}
          onBlur={leave}
          onKeyDown={key}
          className="h-7 min-w-16 flex-1 bg-transparent outline-none"
        />
        {!free && <Icon name="down" size={12} className="pointer-events-none text-faint" />}
      </div>
      <div
        ref={list}
        id={`${id}-list`}
        role="listbox"
        aria-label={label}
        hidden={!open}
        // The field keeps the focus while the list is clicked.
        onPointerDown={(e) => e.preventDefault()}
        className="absolute top-full left-0 z-40 mt-1 max-h-72 w-max max-w-[min(24rem,calc(100vw-2rem))] min-w-full overflow-y-auto rounded-md border border-line-strong bg-raised p-1 shadow-raised"
      >
        {hits.map((o, i) => (
          <div key={o.value}>
            {o.group && o.group !== hits[i - 1]?.group && (
              <p className="px-2 pt-2 pb-0.5 text-2xs text-faint first:pt-1">{o.group}</p>
            )}
            {/* biome-ignore lint/a11y/useKeyWithClickEvents: Enter is handled by the combobox that owns the focus. */}
            <div
              id={`${id}-${i}`}
              data-at={i}
              role="option"
              tabIndex={-1}
              aria-selected={i === chosen}
              aria-disabled={o.disabled}
              onClick={() => !o.disabled && take(o.value)}
              onPointerMove={() => setAt(i)}
              className={`relative flex min-h-7 cursor-pointer items-center gap-3 rounded px-2 py-0.5 text-sm aria-disabled:cursor-not-allowed aria-disabled:opacity-45 ${i === chosen ? 'bg-accent/12 text-accent' : ''}`}
            >
              {o.share !== undefined && (
                <span
                  className="absolute inset-y-0.5 left-0 rounded-sm bg-accent/10"
                  style={{ width: `${Math.max(1, o.share * 100)}%` }}
                />
              )}
              <span className="relative min-w-0 flex-1 truncate">{o.label}</span>
              {o.hint && <span className="relative shrink-0 text-xs text-faint">{o.hint}</span>}
            </div>
          </div>
        ))}
        {hits.length === 0 && <p className="px-2 py-1.5 text-xs text-muted">{busy ? 'Looking…' : empty}</p>}
        {note && <p className="border-t border-line px-2 pt-1.5 pb-1 text-xs text-faint">{note}</p>}
      </div>
    </div>
  );
}

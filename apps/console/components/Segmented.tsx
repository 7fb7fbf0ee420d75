'use client';

import { useId } from 'react';

export type Option<T extends string> = { value: T; label: string; tip?: string; disabled?: boolean };

/** Radios that look like one control: arrow keys work because they are radios. */
export function Segmented<T extends string>({
  label,
  options,
  value,
  onChange,
}: {
  label: string;
  options: Option<T>[];
  value: T | null;
  onChange: (value: T) => void;
}) {
  const name = useId();
  return (
    <fieldset className="flex h-8 shrink-0 items-stretch rounded-md border border-line-strong bg-surface p-0.5">
      <legend className="sr-only">{label}</legend>
      {options.map((o) => (
        <label
          key={o.value}
          data-tip={o.tip}
          className="flex cursor-pointer items-center rounded-[4px] px-2.5 text-sm text-muted transition-colors hover:text-text has-checked:bg-accent/12 has-checked:font-medium has-checked:text-accent has-disabled:cursor-not-allowed has-disabled:opacity-40 has-focus-visible:outline-2 has-focus-visible:outline-accent"
        >
          <input
            type="radio"
            className="sr-only"
            name={name}
            value={o.value}
            checked={o.value === value}
            disabled={o.disabled}
            onChange={() => onChange(o.value)}
            // A radio that is chosen already says nothing on click; for a range this still means "back to this preset".
            onClick={() => o.value !== value && onChange(o.value)}
          />
          {o.label}
        </label>
      ))}
    </fieldset>
  );
}

export function Select<T extends string>({
  label,
  options,
  value,
  onChange,
  className = '',
}: {
  label: string;
  options: Option<T>[];
  value: T;
  onChange: (value: T) => void;
  className?: string;
}) {
  return (
    <label
      className={`flex h-8 min-w-0 items-center rounded-md border border-line-strong bg-surface pl-2.5 text-sm hover:bg-hover has-focus-visible:outline-2 has-focus-visible:outline-offset-1 has-focus-visible:outline-accent ${className}`}
    >
      <span className="mr-1 shrink-0 text-faint">{label}</span>
      <select
        value={value}
        onChange={(e) => onChange(e.target.value as T)}
        className="h-full min-w-0 flex-1 truncate bg-transparent pr-1.5 font-medium outline-none [&>option]:bg-raised"
      >
        {options.map((o) => (
          <option key={o.value} value={o.value} disabled={o.disabled}>
            {o.label}
          </option>
        ))}
      </select>
    </label>
  );
}

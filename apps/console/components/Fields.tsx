'use client';

import type { InputHTMLAttributes, ReactNode } from 'react';

const BOX = 'h-8 w-full min-w-0 rounded-md border bg-bg px-2.5 text-sm outline-offset-1';

/** A labelled field; what is wrong with it stands below, in the place of its hint. */
export function Field({
  label,
  hint,
  error,
  wide = false,
  children,
}: {
  label: string;
  hint?: string;
  error?: string;
  wide?: boolean;
  children: ReactNode;
}) {
  return (
    // biome-ignore lint/a11y/noLabelWithoutControl: the control is handed in.
    <label className={`flex min-w-0 flex-col gap-1 ${wide ? 'col-span-full' : ''}`}>
      <span className="text-xs text-muted">{label}</span>
      {children}
      {(error || hint) && <span className={`text-xs ${error ? 'text-critical' : 'text-faint'}`}>{error ?? hint}</span>}
    </label>
  );
}

export function Input({
  value,
  onChange,
  invalid = false,
  mono = false,
  ...rest
}: Omit<InputHTMLAttributes<HTMLInputElement>, 'value' | 'onChange' | 'className'> & {
  value: string;
  onChange: (value: string) => void;
  invalid?: boolean;
  mono?: boolean;
}) {
  return (
    <input
      {...rest}
      value={value}
      aria-invalid={invalid}
      onChange={(e) => onChange(e.target.value)}
      className={`${BOX} ${mono ? 'font-mono' : ''} ${invalid ? 'border-critical' : 'border-line-strong'}`}
    />
  );
}

export function Choice<T extends string>({
  value,
  onChange,
  options,
  ...rest
}: {
  value: T;
  onChange: (value: T) => void;
  options: readonly (readonly [T, string])[];
  disabled?: boolean;
  'aria-label'?: string;
}) {
  return (
    <select
      {...rest}
      value={value}
      onChange={(e) => onChange(e.target.value as T)}
      className={`${BOX} border-line-strong [&>option]:bg-raised`}
    >
      {options.map(([v, label]) => (
        <option key={v} value={v}>
          {label}
        </option>
      ))}
    </select>
  );
}

export function Group({ title, children }: { title: string; children: ReactNode }) {
  return (
    <fieldset className="min-w-0 border-t border-line px-4 py-4 first:border-t-0">
      <legend className="sr-only">{title}</legend>
      <p aria-hidden="true" className="mb-3 text-sm font-semibold">
        {title}
      </p>
      <div className="grid grid-cols-2 gap-x-4 gap-y-3">{children}</div>
    </fieldset>
  );
}

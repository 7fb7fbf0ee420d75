'use client';

import { type InputHTMLAttributes, useId, useState } from 'react';

/** A large field for a secret that can be looked at while it is typed. */
export function PasswordField({
  label,
  hint,
  value,
  onChange,
  invalid = false,
  mono = false,
  ...rest
}: Omit<InputHTMLAttributes<HTMLInputElement>, 'value' | 'onChange' | 'type'> & {
  label: string;
  hint?: string;
  value: string;
  onChange: (value: string) => void;
  invalid?: boolean;
  mono?: boolean;
}) {
  const id = useId();
  const [shown, setShown] = useState(false);
  return (
    <div>
      <label htmlFor={id} className="text-sm font-medium">
        {label}
      </label>
      <div className="mt-1.5 flex items-center rounded-md border border-line-strong bg-bg focus-within:outline-2 focus-within:outline-offset-1 focus-within:outline-accent">
        <input
          spellCheck={false}
          {...rest}
          id={id}
          type={shown ? 'text' : 'password'}
          value={value}
          onChange={(e) => onChange(e.target.value)}
          aria-invalid={invalid}
          aria-describedby={hint ? `${id}-hint` : undefined}
          className={`h-10 min-w-0 flex-1 bg-transparent px-3 text-sm outline-none ${mono ? 'font-mono' : ''}`}
        />
        <button
          type="button"
          aria-pressed={shown}
          aria-label={shown ? `Hide the ${label.toLowerCase()}` : `Show the ${label.toLowerCase()}`}
          onClick={() => setShown(!shown)}
          className="px-3 text-xs text-muted hover:text-text"
        >
          {shown ? 'Hide' : 'Show'}
        </button>
      </div>
      {hint && (
        <p id={`${id}-hint`} className="mt-1 text-xs text-faint">
          {hint}
        </p>
      )}
    </div>
  );
}

/** The plain one beside it, in the same size. */
export function LargeField({
  label,
  value,
  onChange,
  ...rest
}: Omit<InputHTMLAttributes<HTMLInputElement>, 'value' | 'onChange'> & {
  label: string;
  value: string;
  onChange: (value: string) => void;
}) {
  return (
    <label className="block">
      <span className="text-sm font-medium">{label}</span>
      <input
        {...rest}
        value={value}
        onChange={(e) => onChange(e.target.value)}
        className="mt-1.5 h-10 w-full min-w-0 rounded-md border border-line-strong bg-bg px-3 text-sm read-only:bg-sunken read-only:text-muted"
      />
    </label>
  );
}

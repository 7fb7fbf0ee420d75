'use client';

import type { Scope } from '@plumbline/contracts';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Button } from '@/components/Button';
import { Dialog } from '@/components/Dialog';
import { Field, Input } from '@/components/Fields';
import { Secret } from '@/components/Secret';
import { access, type KeyCreated } from '@/lib/settings';
import { SCOPES } from './scopes';

export function NewKey({ open, onClose }: { open: boolean; onClose: () => void }) {
  const client = useQueryClient();
  const [name, setName] = useState('');
  const [scope, setScope] = useState<Scope>('ingest');
  const [made, setMade] = useState<KeyCreated | null>(null);
  const make = useMutation({
    mutationFn: () => access.makeKey({ name: name.trim(), scopes: [scope] }),
    onSuccess: (key) => {
      setMade(key);
      void client.invalidateQueries({ queryKey: ['keys'] });
    },
  });
  const close = () => {
    setMade(null);
    setName('');
    setScope('ingest');
    onClose();
  };
  return (
    <Dialog open={open} onClose={close} title={made ? made.name : 'New key'}>
      {made ? (
        <div className="flex flex-col gap-4 p-4">
          <Secret label="The key" value={made.key}>
            Copy it now: it is kept as a hash and cannot be shown again.
          </Secret>
          <div className="flex justify-end">
            <Button look="primary" onClick={close}>
              Done
            </Button>
          </div>
        </div>
      ) : (
        <form
          className="flex flex-col gap-4 p-4"
          onSubmit={(e) => {
            e.preventDefault();
            make.mutate();
          }}
        >
          <Field label="Name" hint="What uses it, so that it is known when it may go">
            <Input
              data-autofocus
              required
              maxLength={200}
              value={name}
              onChange={setName}
              placeholder="checkout service"
            />
          </Field>
          <fieldset className="flex flex-col gap-1">
            <legend className="mb-1 text-xs text-muted">What it may do</legend>
            {SCOPES.map(([value, what, whom]) => (
              <label
                key={value}
                className="flex cursor-pointer items-start gap-2.5 rounded-md px-2 py-1.5 hover:bg-hover has-checked:bg-accent/8"
              >
                <input
                  type="radio"
                  name="scope"
                  value={value}
                  checked={scope === value}
                  onChange={() => setScope(value)}
                  className="mt-1 accent-accent-fill"
                />
                <span>
                  <span className="font-medium">{value}</span> <span className="text-xs text-faint">{whom}</span>
                  <span className="block text-xs text-muted">{what}</span>
                </span>
              </label>
            ))}
          </fieldset>
          <div className="flex justify-end gap-2">
            <Button look="ghost" onClick={close}>
              Cancel
            </Button>
            <Button look="primary" type="submit" disabled={!name.trim() || make.isPending}>
              Create key
            </Button>
          </div>
        </form>
      )}
    </Dialog>
  );
}

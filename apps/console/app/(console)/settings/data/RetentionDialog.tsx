'use client';

import type { ModelView } from '@plumbline/contracts';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Button } from '@/components/Button';
import { Dialog } from '@/components/Dialog';
import { Choice, Field, Input } from '@/components/Fields';
import { Icon } from '@/components/icons';
import { useNow } from '@/components/Time';
import { toast } from '@/components/Toast';
import { access } from '@/lib/settings';
import { CHOICES, daysOf, lossText, retentionText } from './retention';

export function RetentionDialog({ model, onClose }: { model: ModelView | null; onClose: () => void }) {
  return (
    <Dialog open={model !== null} onClose={onClose} title={`How long ${model?.name ?? ''} keeps events`}>
      {model && <Form model={model} onClose={onClose} />}
    </Dialog>
  );
}

function Form({ model, onClose }: { model: ModelView; onClose: () => void }) {
  const client = useQueryClient();
  const now = useNow();
  const before = model.retention ?? '';
  const offered = CHOICES.some(([value]) => value === before);
  const [choice, setChoice] = useState<string>(offered ? before : 'other');
  const [typed, setTyped] = useState(offered ? '' : before);
  const retention = choice === 'other' ? typed.trim() : choice;
  const wrong = choice === 'other' && daysOf(retention) === null;
  const loss = wrong || retention === before ? null : lossText(retention, model.first_event, now);
  const save = useMutation({
    mutationFn: () => access.putRetention(model.name, retention === '' ? null : retention),
    onSuccess: () => {
      toast(`${model.name} keeps its events ${retentionText(retention)}`, 'ok');
      void client.invalidateQueries({ queryKey: ['models'] });
      void client.invalidateQueries({ queryKey: ['model', model.name] });
      onClose();
    },
  });
  return (
    <form
      className="flex flex-col gap-4 p-4"
      onSubmit={(e) => {
        e.preventDefault();
        save.mutate();
      }}
    >
      <Field label="Keep events">
        <Choice value={choice} onChange={setChoice} options={[...CHOICES, ['other', 'Another time…']]} />
      </Field>
      {choice === 'other' && (
        <Field label="Time" hint="A number and h, d or w" error={typed && wrong ? 'Such as 45d or 26w' : undefined}>
          <Input value={typed} onChange={setTyped} invalid={typed !== '' && wrong} placeholder="45d" maxLength={8} />
        </Field>
      )}
      {loss ? (
        <p
          role="alert"
          className="flex items-start gap-2 rounded-md border border-warning/30 bg-warning/8 px-3 py-2 text-warning"
        >
          <Icon name="incident" size={14} className="mt-0.5" />
          <span>{loss} They cannot be brought back, and older ones are refused when they come.</span>
        </p>
      ) : (
        <p className="text-xs text-pretty text-faint">
          Windows and incidents stay. Events that are older than this are refused when they come.
        </p>
      )}
      <div className="flex justify-end gap-2">
        <Button look="ghost" onClick={onClose}>
          Cancel
        </Button>
        <Button
          look={loss ? 'danger' : 'primary'}
          type="submit"
          disabled={wrong || retention === before || save.isPending}
        >
          {loss ? 'Save and delete' : 'Save'}
        </Button>
      </div>
    </form>
  );
}

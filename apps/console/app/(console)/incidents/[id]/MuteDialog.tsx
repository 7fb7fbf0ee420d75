'use client';

import type { IncidentView } from '@plumbline/contracts';
import { useState } from 'react';
import { Button } from '@/components/Button';
import { Dialog } from '@/components/Dialog';
import { Segmented } from '@/components/Segmented';
import type { MuteBody } from '@/lib/api';

const HOUR = 3_600_000;
const SPANS = { '1h': HOUR, '4h': 4 * HOUR, '1d': 24 * HOUR, '7d': 168 * HOUR } as const;
type Span = keyof typeof SPANS;

export function MuteDialog({
  incident,
  open,
  onClose,
  onMute,
}: {
  incident: IncidentView;
  open: boolean;
  onClose: () => void;
  onMute: (body: MuteBody) => void;
}) {
  const [span, setSpan] = useState<Span>('4h');
  const [scope, setScope] = useState('model');
  const [reason, setReason] = useState('');
  const monitor = incident.monitors.find((m) => m.id === scope);
  return (
    <Dialog open={open} onClose={onClose} title="Mute">
      <form
        className="flex flex-col gap-4 p-4"
        onSubmit={(e) => {
          e.preventDefault();
          onMute({
            matchers: { model: incident.model, ...(monitor ? { monitor: monitor.name } : {}) },
            until: new Date(Date.now() + SPANS[span]).toISOString(),
            reason: reason.trim(),
          });
          onClose();
        }}
      >
        <p className="text-muted">
          Nobody is told while a mute lasts; evaluations and incidents go on and stay visible here.
        </p>
        <fieldset className="flex flex-col gap-1.5">
          <legend className="mb-1.5 text-xs text-faint">What</legend>
          {[{ id: 'model', name: `Everything of ${incident.model}` }, ...incident.monitors].map((m) => (
            <label key={m.id} className="flex cursor-pointer items-center gap-2">
              <input
                type="radio"
                name="scope"
                value={m.id}
                checked={scope === m.id}
                onChange={() => setScope(m.id)}
                className="accent-accent-fill"
              />
              {m.id === 'model' ? m.name : `Only ${m.name}`}
            </label>
          ))}
        </fieldset>
        <div>
          <p className="mb-1.5 text-xs text-faint">For</p>
          <div className="flex">
            <Segmented
              label="For how long"
              value={span}
              onChange={setSpan}
              options={(Object.keys(SPANS) as Span[]).map((value) => ({
                value,
                label: value.replace('h', ' h').replace('d', ' d'),
              }))}
            />
          </div>
        </div>
        <label className="flex flex-col gap-1.5">
          <span className="text-xs text-faint">Why (others will read it)</span>
          <input
            required
            maxLength={1000}
            value={reason}
            onChange={(e) => setReason(e.target.value)}
            placeholder="Known: retraining tonight"
            className="h-9 rounded-md border border-line-strong bg-bg px-3"
          />
        </label>
        <div className="flex justify-end gap-2">
          <Button look="ghost" onClick={onClose}>
            Cancel
          </Button>
          <Button look="primary" type="submit" disabled={!reason.trim()}>
            Mute
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

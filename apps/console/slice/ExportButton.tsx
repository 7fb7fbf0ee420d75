'use client';

import { useState } from 'react';
import { Button } from '@/components/Button';
import { Dialog } from '@/components/Dialog';
import { ExportForm } from './ExportForm';
import { ExportProgress } from './ExportProgress';
import type { Slice } from './slice';

/** Opens the dialog that has the rows of a slice written to a file. */
export function ExportButton({
  label = 'Export',
  look,
  ...slice
}: Slice & { label?: string; look?: 'plain' | 'ghost' }) {
  const [open, setOpen] = useState(false);
  const [made, setMade] = useState<string | null>(null);
  const close = () => {
    setOpen(false);
    setMade(null);
  };
  return (
    <>
      <Button look={look} icon="download" onClick={() => setOpen(true)}>
        {label}
      </Button>
      <Dialog open={open} onClose={close} title="Export rows">
        {made ? (
          <ExportProgress id={made} onClose={close} />
        ) : (
          <ExportForm slice={slice} onMade={setMade} onCancel={close} />
        )}
      </Dialog>
    </>
  );
}

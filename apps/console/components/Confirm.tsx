'use client';

import type { ReactNode } from 'react';
import { Button } from './Button';
import { Dialog } from './Dialog';

/** Asks before something that cannot be taken back, and says what it will do. */
export function Confirm({
  open,
  onClose,
  title,
  action,
  busy = false,
  onConfirm,
  children,
}: {
  open: boolean;
  onClose: () => void;
  title: string;
  /** The verb on the button. */
  action: string;
  busy?: boolean;
  onConfirm: () => void;
  children: ReactNode;
}) {
  return (
    <Dialog open={open} onClose={onClose} title={title}>
      <div className="flex flex-col gap-4 p-4">
        <div className="flex flex-col gap-2 text-pretty text-muted">{children}</div>
        <div className="flex justify-end gap-2">
          <Button look="ghost" onClick={onClose} data-autofocus>
            Cancel
          </Button>
          <Button look="danger" disabled={busy} onClick={onConfirm}>
            {action}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}

'use client';

import { useState } from 'react';
import { Button } from '@/components/Button';
import { Dialog } from '@/components/Dialog';
import { READ_ONLY, useMayWrite } from '@/lib/may';
import { ReviewForm } from './ReviewForm';
import type { Slice } from './slice';

/** Opens the dialog that puts a sample of a slice before experts. */
export function ReviewButton({
  label = 'Send to review',
  look,
  ...slice
}: Slice & { label?: string; look?: 'plain' | 'ghost' }) {
  const [open, setOpen] = useState(false);
  const may = useMayWrite();
  const close = () => setOpen(false);
  return (
    <>
      <Button
        look={look}
        icon="review"
        disabled={!may}
        data-tip={may ? undefined : READ_ONLY}
        onClick={() => setOpen(true)}
      >
        {label}
      </Button>
      <Dialog open={open} onClose={close} title="Send to review">
        <ReviewForm slice={slice} onCancel={close} />
      </Dialog>
    </>
  );
}

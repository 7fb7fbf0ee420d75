'use client';

import { type ReactNode, useEffect, useRef } from 'react';
import { Button } from './Button';

/** A native modal: focus stays in it, Escape closes it, focus returns. `drawer` slides in from the right. */
export function Dialog({
  open,
  onClose,
  title,
  drawer = false,
  bare = false,
  children,
}: {
  open: boolean;
  onClose: () => void;
  title: string;
  drawer?: boolean;
  /** Without header: the content names itself (the command palette). */
  bare?: boolean;
  children: ReactNode;
}) {
  const ref = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const dialog = ref.current!;
    if (open && !dialog.open) {
      dialog.showModal();
      // Not its close button, which the browser would choose: the first field, or the dialog itself.
      (dialog.querySelector<HTMLElement>('[data-autofocus]') ?? dialog).focus();
    }
    if (!open && dialog.open) dialog.close();
  }, [open]);
  const shape = drawer
    ? 'mr-0 ml-auto h-dvh max-h-none w-full max-w-full border-l sm:w-[36rem] lg:w-[46rem]'
    : bare
      ? 'mx-auto mt-[12vh] w-[calc(100%-2rem)] max-w-xl rounded-xl border'
      : 'm-auto w-[calc(100%-2rem)] max-w-md rounded-xl border';
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: a click on the backdrop; the keyboard has Escape.
    <dialog
      ref={ref}
      aria-label={title}
      tabIndex={-1}
      onClose={onClose}
      onClick={(e) => e.target === e.currentTarget && onClose()}
      className={`border-line-strong bg-raised p-0 outline-none shadow-raised backdrop:bg-black/40 ${shape}`}
    >
      {open && (
        <div className={drawer ? 'flex h-full flex-col' : ''}>
          {!bare && (
            <header className="flex items-center gap-3 border-b border-line py-2 pr-2 pl-4">
              <h2 className="min-w-0 flex-1 truncate text-base font-semibold">{title}</h2>
              <Button look="ghost" icon="close" label="Close" onClick={onClose} />
            </header>
          )}
          <div className={drawer ? 'min-h-0 flex-1 overflow-y-auto overscroll-contain' : ''}>{children}</div>
        </div>
      )}
    </dialog>
  );
}

'use client';

import { useEffect, useRef } from 'react';

/**
 * One tooltip for the page: anything with `data-tip` shows it on hover and focus. A portal per element would be
 * clipped by scrolling tables and cost a component in every cell.
 */
export function TipLayer() {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const tip = box.current!;
    let owner: HTMLElement | null = null;
    const hide = () => {
      owner?.removeAttribute('aria-describedby');
      owner = null;
      tip.hidden = true;
      if (tip.matches(':popover-open')) tip.hidePopover();
    };
    const show = (event: Event) => {
      const target = event.target instanceof Element ? event.target.closest<HTMLElement>('[data-tip]') : null;
      if (target === owner) return;
      hide();
      const text = target?.dataset.tip;
      if (!target || !text) return;
      owner = target;
      target.setAttribute('aria-describedby', 'tip');
      tip.textContent = text;
      tip.hidden = false;
      // The top layer, so that it is above an open dialog too.
      tip.showPopover();
      place(tip, target.getBoundingClientRect());
    };
    // A click focuses as well; its tooltip would cover what it just did.
    const focus = (event: Event) =>
      event.target instanceof Element && event.target.matches(':focus-visible') && show(event);
    const key = (event: KeyboardEvent) => event.key === 'Escape' && hide();
    document.addEventListener('pointerover', show);
    document.addEventListener('focusin', focus);
    document.addEventListener('focusout', hide);
    document.addEventListener('pointerdown', hide);
    document.addEventListener('scroll', hide, true);
    document.addEventListener('keydown', key);
    return () => {
      document.removeEventListener('pointerover', show);
      document.removeEventListener('focusin', focus);
      document.removeEventListener('focusout', hide);
      document.removeEventListener('pointerdown', hide);
      document.removeEventListener('scroll', hide, true);
      document.removeEventListener('keydown', key);
    };
  }, []);
  return (
    <div
      ref={box}
      id="tip"
      role="tooltip"
      popover="manual"
      hidden
      className="pointer-events-none fixed inset-auto m-0 max-w-72 rounded-md border border-line-strong bg-raised px-2 py-1 text-xs whitespace-pre-line text-text shadow-raised"
    />
  );
}

function place(tip: HTMLElement, at: DOMRect): void {
  const { width, height } = tip.getBoundingClientRect();
  const above = at.top - height - 6;
  tip.style.top = `${above >= 4 ? above : at.bottom + 6}px`;
  tip.style.left = `${Math.max(4, Math.min(at.left + at.width / 2 - width / 2, window.innerWidth - width - 4))}px`;
}

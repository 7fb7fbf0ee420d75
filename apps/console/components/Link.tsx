'use client';

import NextLink from 'next/link';
import { type ComponentProps, useState } from 'react';

/**
 * A link that gets its page ready when somebody is about to go there, not when it is merely in sight: a page of the console names
 * dozens of others, and asking for all of them takes the time of the one that is open.
 */
export function Link(props: Omit<ComponentProps<typeof NextLink>, 'prefetch'>) {
  const [likely, setLikely] = useState(false);
  const ready = () => setLikely(true);
  return (
    <NextLink {...props} prefetch={likely ? null : false} onPointerEnter={ready} onTouchStart={ready} onFocus={ready} />
  );
}

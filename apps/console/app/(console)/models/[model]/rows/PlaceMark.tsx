import type { Place } from './place';

/** A number as a mark on the line from the least to the largest, a category as the share that has it. Odd ones say so in words. */
export function PlaceMark({ place }: { place: Place }) {
  const colour = place.odd ? 'bg-warning' : 'bg-accent';
  return (
    <span className="flex flex-col gap-1">
      <span aria-hidden="true" className="relative block h-1.5 rounded-full bg-shade">
        {place.kind === 'numeric' ? (
          <>
            <span className="absolute inset-y-0 left-[5%] w-[90%] rounded-full bg-reference/25" />
            <span
              className={`absolute -top-0.5 h-2.5 w-1 -translate-x-1/2 rounded-full ${colour}`}
              style={{ left: `${Math.max(1, Math.min(99, place.at * 100))}%` }}
            />
          </>
        ) : (
          <span
            className={`absolute inset-y-0 left-0 rounded-full ${place.odd ? 'bg-warning' : 'bg-reference/60'}`}
            style={{ width: `${Math.max(1.5, place.share * 100)}%` }}
          />
        )}
      </span>
      <span className={`text-2xs leading-3 ${place.odd ? 'font-medium text-warning' : 'text-faint'}`}>
        {place.text}
      </span>
    </span>
  );
}

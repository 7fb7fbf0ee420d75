'use client';

import { MutationCache, QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { createContext, type ReactNode, useCallback, useContext, useState } from 'react';
import { Toasts, toast } from '@/components/Toast';
import { ApiError } from '@/lib/api';
import { applyTheme, type Theme } from '@/lib/theme';

const ThemeContext = createContext<{ theme: Theme; setTheme: (theme: Theme) => void }>({
  theme: 'system',
  setTheme: () => {},
});
export const useTheme = () => useContext(ThemeContext);

export function Providers({ theme: initial, children }: { theme: Theme; children: ReactNode }) {
  const [client] = useState(createClient);
  const [theme, set] = useState(initial);
  const setTheme = useCallback((next: Theme) => {
    applyTheme(next);
    set(next);
  }, []);
  return (
    <ThemeContext.Provider value={{ theme, setTheme }}>
      <QueryClientProvider client={client}>
        {children}
        <Toasts />
      </QueryClientProvider>
    </ThemeContext.Provider>
  );
}

function createClient(): QueryClient {
  return new QueryClient({
    queryCache: new QueryCache({ onError: toLogin }),
    mutationCache: new MutationCache({
      onError: (error, _input, _context, mutation) => {
        toLogin(error);
        if (!mutation.meta?.told) toast(error.message);
      },
    }),
    defaultOptions: {
      queries: {
        staleTime: 15_000,
        retry: (count, error) =>
          count < 2 && error instanceof ApiError && (error.status === 0 || error.status >= 500 || error.status === 429),
        refetchOnWindowFocus: true,
      },
    },
  });
}

/** Pages of those who are not in yet. */
const DOORS = ['/login', '/join', '/reset'];

/** A session that ended: sign in, and come back to exactly this view. */
function toLogin(error: Error): void {
  if (!(error instanceof ApiError) || error.status !== 401 || DOORS.includes(location.pathname)) return;
  location.assign(`/login?next=${encodeURIComponent(location.pathname + location.search)}`);
}

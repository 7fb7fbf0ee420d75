'use client';

import { useMutation } from '@tanstack/react-query';
import { access } from '@/lib/settings';

/** Goes to another project: a full load, so that nothing of the one before stays in memory. */
export const useSwitchProject = () =>
  useMutation({ mutationFn: access.switchProject, onSuccess: () => location.assign('/') });

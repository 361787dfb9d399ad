import type { Grant, Role } from '@/api/access';
import type { Permission } from '@/api/session';
import { allows, isAvailable, OFFERED } from './grants';

interface PermissionLabel {
  label: string;
  hint: string;
}

export const PERMISSION_LABELS: Record<Permission | '*' | 'records.*', PermissionLabel> = {
  '*': { label: 'All permissions', hint: 'Including any added in future versions' },
  'records.*': {
    label: 'All row permissions',
    hint: 'Including any added in future versions',
  },
  'records.read': { label: 'View rows', hint: 'Browse, filter and search' },
  'records.export': { label: 'Export rows', hint: 'Download as a file' },
  'records.reveal': {
    label: 'View sensitive columns',
    hint: 'Columns marked as sensitive; others see ••••',
  },
  'records.import': { label: 'Import rows', hint: 'Add rows from a file' },
  'records.update': { label: 'Edit rows', hint: 'One row or many at once' },
  'records.delete': { label: 'Delete and restore rows', hint: 'Deleted rows go to the trash' },
  'records.purge': { label: 'Permanently delete rows', hint: 'They can’t be restored' },
  'subjects.export': {
    label: 'Export personal data',
    hint: 'For the kinds of people defined in rowport.toml',
  },
  'collections.run': { label: 'Run collections', hint: 'Load rows from other sources' },
  'schedules.manage': { label: 'Manage schedules', hint: 'Recurring tasks' },
  'audit.read': { label: 'View the audit log', hint: 'Who did what, and when' },
  admin: { label: 'Administer Rowport', hint: 'Manage people, roles and settings; see everyone’s exports' },
};

const isKnown = (word: string): word is keyof typeof PERMISSION_LABELS => word in PERMISSION_LABELS;

/** `View rows, export rows in shop/*`. */
export function grantText({ permissions, datasets }: Grant): string {
  const words = permissions
    .filter(isAvailable)
    .map((word) => (isKnown(word) ? PERMISSION_LABELS[word].label : word));
  const what = words
    .map((word, at) => (at === 0 ? word : word.charAt(0).toLowerCase() + word.slice(1)))
    .join(', ');
  const ofRows = OFFERED.some(
    (each) => (each.startsWith('records.') || each === 'subjects.export') && allows(permissions, each),
  );
  if (!ofRows || what === '') return what;
  return `${what} in ${datasets.includes('*') ? 'every dataset' : datasets.join(', ')}`;
}

/** What a role comes to. */
export function roleText({ grants, columns }: Pick<Role, 'grants' | 'columns'>): string {
  const what = grants.map(grantText).filter(Boolean).join('; ') || 'Nothing';
  const hidden = columns.filter(({ effect }) => effect === 'hidden').length;
  const masked = columns.length - hidden;
  if (columns.length === 0) return what;
  const count = (number: number) => `${number} ${number === 1 ? 'column' : 'columns'}`;
  if (hidden === 0) return `${what} · ${count(masked)} masked`;
  return `${what} · ${count(hidden)} hidden${masked > 0 ? `, ${masked} masked` : ''}`;
}

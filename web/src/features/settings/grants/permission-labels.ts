import type { Grant, Role } from '@/api/access';
import type { Permission } from '@/api/session';
import { allows, isAvailable, OFFERED } from './grants';

interface Words {
  label: string;
  hint: string;
}

export const PERMISSION_LABELS: Record<Permission | '*' | 'records.*', Words> = {
  '*': { label: 'Everything', hint: 'All of these, and whatever comes with later versions' },
  'records.*': {
    label: 'Everything with rows',
    hint: 'All of these, and whatever comes with later versions',
  },
  'records.read': { label: 'See rows', hint: 'Look at them, filter and search' },
  'records.export': { label: 'Export rows', hint: 'Take them out as a file' },
  'records.reveal': {
    label: 'See sensitive columns',
    hint: 'Those that the configuration calls sensitive; everybody else sees a mask',
  },
  'records.import': { label: 'Import rows', hint: 'Bring them in from a file' },
  'records.update': { label: 'Change rows', hint: 'One by one and many at once' },
  'records.delete': { label: 'Delete rows', hint: 'And restore them' },
  'records.purge': { label: 'Delete rows for good', hint: 'Nobody can restore them' },
  'subjects.export': {
    label: 'Export everything about a person',
    hint: 'Where the configuration says by what each dataset knows one',
  },
  'collections.run': { label: 'Run collections', hint: 'Gather rows from other places' },
  'schedules.manage': { label: 'Manage schedules', hint: 'What is done again and again' },
  'audit.read': { label: 'Read the audit', hint: 'Who did what' },
  admin: { label: 'Administer Rowport', hint: 'Manage people, roles and settings; see everybody’s runs' },
};

const isKnown = (word: string): word is keyof typeof PERMISSION_LABELS => word in PERMISSION_LABELS;

/** `See rows, export rows in shop/*`. */
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

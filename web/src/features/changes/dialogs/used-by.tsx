import { ArrowUpRight } from 'lucide-react';
import { Fragment } from 'react';
import type { Dataset, Key } from '@/api/types';
import { referringRowsHref } from '../model/used-by';

interface UsedByProps {
  source: string;
  dataset: Dataset;
  /** The datasets that use the rows. */
  users: readonly string[];
  /** The keys of the rows. */
  keys: readonly Key[];
}

/** The reason of rows that others refer to, with links to those. They open in a new tab: the dialog stays as it is. */
export function UsedBy({ source, dataset, users, keys }: UsedByProps) {
  return (
    <>
      Still used by{' '}
      {users.map((user, index) => {
        const href = referringRowsHref(source, dataset, user, keys);
        return (
          <Fragment key={user}>
            {index > 0 && ', '}
            {href === undefined ? (
              user
            ) : (
              <a
                href={href}
                target="_blank"
                rel="noopener"
                title={`Show the rows of ${user} in a new tab`}
                className="underline underline-offset-3"
              >
                {user}
                <ArrowUpRight aria-hidden className="mb-0.5 ml-0.5 inline size-3" />
              </a>
            )}
          </Fragment>
        );
      })}
    </>
  );
}

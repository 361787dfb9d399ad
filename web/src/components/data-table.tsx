import clsx from 'clsx';
import type { ReactNode } from 'react';

export interface TableColumn {
  label: ReactNode;
  /** Width, alignment, and the screens on which the column is hidden. */
  className?: string;
  /** Whether the label is for screen readers only. */
  silent?: boolean;
}

interface DataTableProps {
  columns: readonly TableColumn[];
  /** The name of the table, for screen readers. */
  caption?: string;
  className?: string;
  /** Classes of the head, such as one that hides it on a phone. */
  headClassName?: string;
  /** The rows. */
  children: ReactNode;
}

/** A table of a page: its columns with their headings, and the rows as they are given. */
export function DataTable({ columns, caption, className, headClassName, children }: DataTableProps) {
  return (
    <table className={clsx('w-full table-fixed text-left text-[13px]', className)}>
      {caption !== undefined && <caption className="sr-only">{caption}</caption>}
      <thead className={clsx('border-b border-line text-xs text-ink-soft [&_th]:font-medium', headClassName)}>
        <tr className="h-9">
          {columns.map(({ label, className: own, silent = false }, index) => (
            <th key={index} scope="col" className={own}>
              {silent ? <span className="sr-only">{label}</span> : label}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>{children}</tbody>
    </table>
  );
}

import type { Column } from '@/api/types';
import { CellValue } from '@/components/cell-value';
import type { FieldVersions } from '../api/types';

interface VersionsTableProps {
  versions: readonly FieldVersions[];
  columns: readonly Column[];
}

/** What a row holds now, beside what it would go back to. */
export function VersionsTable({ versions, columns }: VersionsTableProps) {
  return (
    <table className="mt-1.5 w-full table-fixed rounded-lg bg-sunken text-left text-[13px] leading-5 [&_td]:px-2 [&_td]:pb-1.5 [&_th]:px-2 [&_th]:text-xs [&_th]:leading-5 [&_th]:font-medium [&_th]:text-ink-soft">
      <thead className="[&_th]:py-1.5">
        <tr>
          <th scope="col" className="w-1/4">
            Field
          </th>
          <th scope="col">Now</th>
          <th scope="col">After undo</th>
        </tr>
      </thead>
      <tbody>
        {versions.map(({ column: name, now, then }) => {
          const column = columns.find((each) => each.name === name);
          return (
            <tr key={name} className="align-top">
              <th scope="row" className="break-words">
                {column?.label ?? name}
              </th>
              {[now, then].map((value, index) => (
                <td key={index} className="break-words">
                  {column && <CellValue value={value} column={column} />}
                </td>
              ))}
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

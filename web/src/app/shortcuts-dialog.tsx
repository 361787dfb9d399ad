import { Dialog } from '@/components/dialog';

const GROUPS: { title: string; keys: [keys: string, what: string][] }[] = [
  {
    title: 'Everywhere',
    keys: [
      ['Ctrl/⌘ K', 'Go to a dataset'],
      ['G, then D', 'All datasets'],
      ['G, then E', 'Exports'],
      ['G, then A', 'Audit'],
      ['G, then S', 'Settings'],
      ['/', 'Search in the dataset'],
      ['?', 'Keyboard shortcuts'],
    ],
  },
  {
    title: 'In the grid',
    keys: [
      ['Arrows', 'Move by one cell'],
      ['Home, End', 'First or last column'],
      ['Ctrl Home, Ctrl End', 'First or last row'],
      ['Page up, Page down', 'Move by one screen'],
      ['Enter', 'Open the row'],
      ['X, Space', 'Select the row'],
      ['Shift Space', 'Select all rows up to this one'],
      ['Shift ↑, Shift ↓', 'Extend the selection'],
      ['Ctrl/⌘ A', 'Select visible rows'],
      ['Drag over the checkboxes', 'Select the rows between'],
      ['Escape', 'Clear the selection'],
      ['Ctrl/⌘ C', 'Copy the cell'],
    ],
  },
  {
    title: 'On a column’s header',
    keys: [
      ['Enter', 'Sort'],
      ['Shift Enter', 'Add to sort'],
      ['Alt ↓', 'The column’s menu'],
      ['Ctrl ←, Ctrl →', 'Move the column'],
    ],
  },
];

export default function ShortcutsDialog({ onClose }: { onClose: () => void }) {
  return (
    <Dialog open onClose={onClose} title="Keyboard shortcuts">
      <div className="grid gap-4">
        {GROUPS.map((group) => (
          <section key={group.title}>
            <h3 className="mb-1 text-xs font-medium text-ink-soft">{group.title}</h3>
            <dl>
              {group.keys.map(([keys, what]) => (
                <div
                  key={keys}
                  className="flex justify-between gap-4 border-b border-line py-1.5 text-[13px] last:border-0"
                >
                  <dt>{what}</dt>
                  <dd>
                    <kbd className="rounded border border-line bg-sunken px-1.5 py-0.5 font-sans text-xs">
                      {keys}
                    </kbd>
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  );
}

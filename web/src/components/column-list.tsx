import { ChevronDown, ChevronUp, GripVertical } from 'lucide-react';
import { type DragEvent, useState } from 'react';
import { Button } from './button';
import { TextInput } from './field';

interface ColumnListProps {
  chosen: readonly string[];
  available: readonly string[];
  labelOf: (name: string) => string;
  onChange: (names: string[]) => void;
}

/** Which columns, in which order: by checkbox, by drag, and by buttons for the keyboard. */
export function ColumnList({ chosen, available, labelOf, onChange }: ColumnListProps) {
  const [text, setText] = useState('');
  const query = text.trim().toLowerCase();
  const matches = (name: string) => `${name} ${labelOf(name)}`.toLowerCase().includes(query);
  const shown = chosen.filter(matches);
  const hidden = available.filter((name) => !chosen.includes(name) && matches(name));

  const move = (name: string, to: number) => {
    if (!chosen.includes(name)) return;
    const rest = chosen.filter((each) => each !== name);
    rest.splice(Math.max(0, Math.min(rest.length, to)), 0, name);
    onChange(rest);
  };

  return (
    <div>
      <TextInput
        aria-label="Search columns"
        placeholder="Search columns"
        className="mb-2 w-full"
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      <ul aria-label="Shown columns">
        {shown.map((name) => (
          <ColumnItem
            key={name}
            name={name}
            label={labelOf(name)}
            shown
            locked={chosen.length === 1}
            position={chosen.indexOf(name)}
            count={chosen.length}
            onToggle={() => onChange(chosen.filter((each) => each !== name))}
            onMove={(to) => move(name, to)}
            onDropHere={(dragged) => move(dragged, chosen.indexOf(name))}
          />
        ))}
      </ul>
      {hidden.length > 0 && (
        <>
          <p className="px-1 pt-3 pb-1 text-xs font-medium text-ink-soft">Hidden</p>
          <ul aria-label="Hidden columns">
            {hidden.map((name) => (
              <ColumnItem
                key={name}
                name={name}
                label={labelOf(name)}
                shown={false}
                onToggle={() => onChange([...chosen, name])}
              />
            ))}
          </ul>
        </>
      )}
      {shown.length === 0 && hidden.length === 0 && (
        <p className="px-1 py-2 text-[13px] text-ink-soft">No matching columns.</p>
      )}
    </div>
  );
}

interface ColumnItemProps {
  name: string;
  label: string;
  shown: boolean;
  locked?: boolean;
  position?: number;
  count?: number;
  onToggle: () => void;
  onMove?: (to: number) => void;
  onDropHere?: (dragged: string) => void;
}

const DRAGGED = 'application/x-rowport-chosen';

function ColumnItem(props: ColumnItemProps) {
  const { name, label, shown, locked = false, position = 0, count = 0, onToggle, onMove, onDropHere } = props;
  const drag = onMove && {
    draggable: true,
    onDragStart: (event: DragEvent) => event.dataTransfer.setData(DRAGGED, name),
    onDragOver: (event: DragEvent) => event.dataTransfer.types.includes(DRAGGED) && event.preventDefault(),
    onDrop: (event: DragEvent) => {
      event.preventDefault();
      onDropHere?.(event.dataTransfer.getData(DRAGGED));
    },
  };
  return (
    <li {...drag} className="group flex h-8 items-center gap-1 rounded-md hover:bg-hover pointer-coarse:h-10">
      <GripVertical
        aria-hidden
        className={onMove ? 'size-3.5 shrink-0 cursor-grab text-ink-faint' : 'invisible size-3.5 shrink-0'}
      />
      <label className="flex min-w-0 flex-1 items-center gap-2 text-[13px]">
        <input
          type="checkbox"
          checked={shown}
          disabled={locked}
          onChange={onToggle}
          className="size-4 shrink-0 accent-accent"
        />
        <span className="truncate" title={name}>
          {label}
        </span>
      </label>
      {onMove && (
        <span className="flex opacity-0 group-focus-within:opacity-100 group-hover:opacity-100 pointer-coarse:opacity-100">
          <Button
            small
            look="ghost"
            icon
            aria-label={`Move ${label} up`}
            disabled={position === 0}
            onClick={() => onMove(position - 1)}
          >
            <ChevronUp aria-hidden />
          </Button>
          <Button
            small
            look="ghost"
            icon
            aria-label={`Move ${label} down`}
            disabled={position === count - 1}
            onClick={() => onMove(position + 1)}
          >
            <ChevronDown aria-hidden />
          </Button>
        </span>
      )}
    </li>
  );
}

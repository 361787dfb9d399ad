import {
  ArrowDown, ArrowLeft, ArrowRight, ArrowUp, ArrowUpDown, EyeOff, Filter, MoveHorizontal, Pin, PinOff, ZoomIn, ZoomOut,
} from 'lucide-react'; // prettier-ignore
import { AnchoredMenu, MenuItem, MenuSeparator } from '@/components/menu';
import type { ValueColumn } from '@/lib/values';

export interface ColumnActions {
  sort: (column: string, direction: 'up' | 'down' | 'none') => void;
  filter: (column: string) => void;
  hide: (column: string) => void;
  pin: (column: string, on: boolean) => void;
  shift: (column: string, by: -1 | 1) => void;
  widen: (column: string, by: number) => void;
  fit: (column: ValueColumn) => void;
}

interface HeaderMenuProps {
  anchor: Element | null;
  column: ValueColumn | undefined;
  sorted: 'up' | 'down' | undefined;
  pinned: boolean;
  canMove: { left: boolean; right: boolean };
  canHide: boolean;
  sortable: boolean;
  actions: ColumnActions;
  onClose: () => void;
}

export function HeaderMenu(props: HeaderMenuProps) {
  const { anchor, column, sorted, pinned, canMove, canHide, sortable, actions, onClose } = props;
  if (!column) return null;
  const { name } = column;
  const numeric = ['integer', 'decimal', 'float'].includes(column.type.kind);
  return (
    <AnchoredMenu anchor={anchor} onClose={onClose}>
      {sortable && (
        <>
          <MenuItem icon={<ArrowUp />} onClick={() => actions.sort(name, 'up')} disabled={sorted === 'up'}>
            Sort {numeric ? 'smallest first' : 'A to Z'}
          </MenuItem>
          <MenuItem
            icon={<ArrowDown />}
            onClick={() => actions.sort(name, 'down')}
            disabled={sorted === 'down'}
          >
            Sort {numeric ? 'largest first' : 'Z to A'}
          </MenuItem>
          {sorted && (
            <MenuItem icon={<ArrowUpDown />} onClick={() => actions.sort(name, 'none')}>
              Remove sort
            </MenuItem>
          )}
          <MenuSeparator />
        </>
      )}
      {column.masked !== true && (
        <>
          <MenuItem icon={<Filter />} onClick={() => actions.filter(name)}>
            Filter by this column…
          </MenuItem>
          <MenuSeparator />
        </>
      )}
      <MenuItem icon={<ArrowLeft />} onClick={() => actions.shift(name, -1)} disabled={!canMove.left}>
        Move left
      </MenuItem>
      <MenuItem icon={<ArrowRight />} onClick={() => actions.shift(name, 1)} disabled={!canMove.right}>
        Move right
      </MenuItem>
      <MenuItem icon={pinned ? <PinOff /> : <Pin />} onClick={() => actions.pin(name, !pinned)}>
        {pinned ? 'Unpin' : 'Pin left'}
      </MenuItem>
      <MenuSeparator />
      <MenuItem icon={<MoveHorizontal />} onClick={() => actions.fit(column)}>
        Fit to content
      </MenuItem>
      <MenuItem icon={<ZoomIn />} onClick={() => actions.widen(name, 40)}>
        Wider
      </MenuItem>
      <MenuItem icon={<ZoomOut />} onClick={() => actions.widen(name, -40)}>
        Narrower
      </MenuItem>
      <MenuItem icon={<EyeOff />} onClick={() => actions.hide(name)} disabled={!canHide}>
        Hide
      </MenuItem>
    </AnchoredMenu>
  );
}

import { type KeyboardEvent, useCallback, useState } from 'react';

export interface ActiveCell {
  /** -1 is the header. */
  row: number;
  column: number;
}

interface Input {
  rows: number;
  columns: number;
  pageRows: number;
  reveal: (cell: ActiveCell) => void;
  on: {
    open: (row: number) => void;
    select: (row: number, range: boolean) => void;
    /** Selects on to the next row; back towards where it began, it gives up the row that is left. */
    extend: (from: number, to: number) => void;
    selectVisible: () => void;
    /** Whether there was a selection to clear. */
    clear: () => boolean;
    copy: (cell: ActiveCell) => void;
    header: (column: number, action: 'sort' | 'add' | 'menu') => void;
    /** Moves the column of the header cell; answers where it stands then. */
    shift: (column: number, by: -1 | 1) => number;
  };
}

/** The keyboard of the grid: one cell is active; arrows and their kin move it, Enter and Space act on it. */
export function useGridKeys({ rows, columns, pageRows, reveal, on }: Input) {
  const [active, setActive] = useState<ActiveCell>({ row: 0, column: 0 });
  const [used, setUsed] = useState(false);

  const go = useCallback(
    (cell: ActiveCell) => {
      const next = {
        row: Math.max(-1, Math.min(rows - 1, cell.row)),
        column: Math.max(0, Math.min(columns - 1, cell.column)),
      };
      setActive(next);
      setUsed(true);
      reveal(next);
    },
    [rows, columns, reveal],
  );

  const onKeyDown = (event: KeyboardEvent): void => {
    const { row, column } = active;
    const jump = event.ctrlKey || event.metaKey;
    const inHeader = row < 0;
    const move = (cell: ActiveCell) => {
      event.preventDefault();
      go(cell);
    };
    if (event.shiftKey && !jump && !inHeader && (event.key === 'ArrowUp' || event.key === 'ArrowDown')) {
      const to = Math.max(0, Math.min(rows - 1, row + (event.key === 'ArrowUp' ? -1 : 1)));
      on.extend(row, to);
      move({ row: to, column });
      return;
    }
    switch (event.key) {
      case 'ArrowUp':
        return move({ row: jump ? 0 : row - 1, column });
      case 'ArrowDown':
        if (inHeader && event.altKey) {
          event.preventDefault();
          on.header(column, 'menu');
          return;
        }
        return move({ row: jump ? rows - 1 : row + 1, column });
      case 'ArrowLeft':
      case 'ArrowRight': {
        const by = event.key === 'ArrowLeft' ? -1 : 1;
        if (inHeader && jump) return move({ row, column: on.shift(column, by) });
        move({ row, column: column + by });
        return;
      }
      case 'Home':
        return move({ row: jump ? 0 : row, column: 0 });
      case 'End':
        return move({ row: jump ? rows - 1 : row, column: columns - 1 });
      case 'PageUp':
        return move({ row: Math.max(0, row - pageRows), column });
      case 'PageDown':
        return move({ row: row + pageRows, column });
      case 'Enter':
        event.preventDefault();
        if (inHeader) on.header(column, event.shiftKey ? 'add' : 'sort');
        else on.open(row);
        return;
      case 'F10':
      case 'ContextMenu':
        if (!inHeader || (event.key === 'F10' && !event.shiftKey)) return;
        event.preventDefault();
        return on.header(column, 'menu');
      case ' ':
        event.preventDefault();
        if (!inHeader) on.select(row, event.shiftKey);
        return;
      case 'x':
        if (jump || inHeader) return;
        event.preventDefault();
        on.select(row, false);
        return;
      case 'a':
        if (!jump) return;
        event.preventDefault();
        on.selectVisible();
        return;
      case 'Escape':
        // What else Escape would close stays while there is a selection to clear.
        if (on.clear()) event.preventDefault();
        return;
      case 'c':
        if (jump && !inHeader && window.getSelection()?.isCollapsed !== false) {
          event.preventDefault();
          on.copy(active);
        }
        return;
      default:
    }
  };

  return { active, used, engage: () => setUsed(true), go, onKeyDown };
}

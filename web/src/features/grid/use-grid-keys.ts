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

  const onKeyDown = (event: KeyboardEvent) => {
    const { row, column } = active;
    const jump = event.ctrlKey || event.metaKey;
    const inHeader = row < 0;
    const move = (cell: ActiveCell) => {
      event.preventDefault();
      go(cell);
    };
    switch (event.key) {
      case 'ArrowUp':
        { move({ row: jump ? 0 : row - 1, column }); return; }
      case 'ArrowDown':
        if (inHeader && event.altKey) {
          event.preventDefault();
          on.header(column, 'menu'); return;
        }
        { move({ row: jump ? rows - 1 : row + 1, column }); return; }
      case 'ArrowLeft':
      case 'ArrowRight': {
        const by = event.key === 'ArrowLeft' ? -1 : 1;
        if (inHeader && jump) { move({ row, column: on.shift(column, by) }); return; }
        move({ row, column: column + by }); return;
      }
      case 'Home':
        { move({ row: jump ? 0 : row, column: 0 }); return; }
      case 'End':
        { move({ row: jump ? rows - 1 : row, column: columns - 1 }); return; }
      case 'PageUp':
        { move({ row: Math.max(0, row - pageRows), column }); return; }
      case 'PageDown':
        { move({ row: row + pageRows, column }); return; }
      case 'Enter':
        event.preventDefault();
        { inHeader ? on.header(column, event.shiftKey ? 'add' : 'sort') : on.open(row); return; }
      case 'F10':
      case 'ContextMenu':
        if (!inHeader || (event.key === 'F10' && !event.shiftKey)) return;
        event.preventDefault();
        { on.header(column, 'menu'); return; }
      case ' ':
        event.preventDefault();
        if (!inHeader) on.select(row, event.shiftKey);
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

import { type MouseEvent, type PointerEvent, type RefObject, useEffect, useRef } from 'react';
import type { Cell, Key } from '@/api/types';
import type { Selection } from '@/hooks/use-selection';
import { type Drag, dragged, loadedKeys } from '../model/drag';
import type { Pager } from '../model/pager';
import { HEADER_HEIGHT, ROW_HEIGHT } from './use-virtual-scroll';

interface Input {
  scroller: RefObject<HTMLElement | null>;
  pager: Pager;
  keyOf: (row: Cell[]) => Key;
  selection: Selection;
  /** Where it has ended. */
  onEnd: (drag: Drag, to: number) => void;
}

/** The checkbox, with what is around it. */
const BOX = '[data-action=select]';

/** Dragging over the checkboxes with a mouse or a pen; fingers scroll. */
export function useDragSelection({ scroller, pager, keyOf, selection, onEnd }: Input) {
  /** Takes the listeners of a drag away. */
  const stop = useRef<() => void>(undefined);
  /** Whether the click that comes now belongs to a drag. */
  const wasDrag = useRef(false);
  useEffect(() => () => stop.current?.(), []);

  const begin = (event: PointerEvent) => {
    wasDrag.current = false;
    const box = (event.target as Element).closest(BOX);
    const from = rowOf(box);
    const held = from === undefined ? undefined : pager.row(from);
    if (!box || from === undefined || !held || event.pointerType === 'touch') return;
    if (event.button !== 0 || event.shiftKey) return;
    const drag: Drag = { from, key: keyOf(held), before: selection.chosen };
    const { left, width } = box.getBoundingClientRect();
    const x = left + width / 2;
    let [y, to, frame] = [event.clientY, from, 0];

    const reach = () => {
      const body = scroller.current?.getBoundingClientRect();
      if (!body) return;
      const inside = Math.max(body.top + HEADER_HEIGHT + 1, Math.min(body.bottom - 1, y));
      const row = rowOf(document.elementFromPoint(x, inside));
      if (row === undefined || row === to) return;
      to = row;
      wasDrag.current = true;
      selection.put(
        dragged(
          drag,
          loadedKeys([from, to], (at) => pager.row(at), keyOf),
        ),
      );
    };
    /** Above the rows or below them, they move along. */
    const scroll = () => {
      frame = requestAnimationFrame(scroll);
      const body = scroller.current?.getBoundingClientRect();
      if (!body || !wasDrag.current) return;
      const over = Math.max(0, y - (body.bottom - ROW_HEIGHT)) - Math.max(0, body.top + HEADER_HEIGHT - y);
      if (over === 0) return;
      scroller.current?.scrollBy(0, Math.max(-ROW_HEIGHT, Math.min(ROW_HEIGHT, over / 2)));
      reach();
    };
    const onMove = (move: globalThis.PointerEvent) => {
      if (move.pointerId !== event.pointerId) return;
      y = move.clientY;
      reach();
    };
    const onUp = () => {
      stop.current?.();
      if (wasDrag.current) onEnd(drag, to);
    };
    const onKey = (key: KeyboardEvent) => {
      if (key.key !== 'Escape' || !wasDrag.current) return;
      key.preventDefault();
      key.stopPropagation();
      giveUp();
    };
    const giveUp = () => {
      stop.current?.();
      if (wasDrag.current) selection.put(drag.before);
    };
    const listeners = new AbortController();
    const { signal } = listeners;
    window.addEventListener('pointermove', onMove, { signal });
    window.addEventListener('pointerup', onUp, { signal });
    window.addEventListener('pointercancel', giveUp, { signal });
    window.addEventListener('keydown', onKey, { signal, capture: true });
    frame = requestAnimationFrame(scroll);
    stop.current = () => {
      listeners.abort();
      cancelAnimationFrame(frame);
    };
  };

  return {
    wasDrag: () => wasDrag.current,
    listeners: {
      onPointerDown: begin,
      // A pen that comes near is told not to scroll from here.
      onPointerOver: ({ target, pointerType }: PointerEvent) => {
        const box = (target as Element).closest<HTMLElement>(BOX);
        // Browsers make up events of a mouse in between.
        if (box && pointerType !== 'mouse') box.style.touchAction = pointerType === 'pen' ? 'none' : '';
      },
      // No text is selected along with the rows.
      onMouseDown: (event: MouseEvent) => (event.target as Element).closest(BOX) && event.preventDefault(),
    },
  };
}

function rowOf(element: Element | null): number | undefined {
  const line = element?.closest<HTMLElement>('[data-row]');
  return line ? Number(line.dataset.row) : undefined;
}

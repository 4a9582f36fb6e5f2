/**
 * Where a grid's widget lives, and the same rows as a plain table for those who do not see a canvas.
 */
import { MessageLoop } from '@lumino/messaging';
import { Widget } from '@lumino/widgets';
import React, { useEffect, useLayoutEffect, useRef } from 'react';

import type { Column } from '../api/client';
import type { IStudio } from '../studio';
import { cellText, isNumeric } from './cells';
import { fit, IGridAsks, ITableModel, makeGrid, style } from './gridView';

interface IGrid {
  studio: IStudio;
  model: ITableModel;
  label: string;
  /** How far it is scrolled, kept for the next time. */
  scroll: { x: number; y: number };
  asks: Omit<IGridAsks, 'tooMuch'>;
}

/** It is made when it is shown and gone with that; the model stays. */
export function Grid({ studio, model, label, scroll, asks }: IGrid) {
  const host = useRef<HTMLDivElement>(null);
  const latest = useRef(asks);
  latest.current = asks;
  // a layout effect: its clean-up runs while the node still stands in the page, which detaching asks for
  useLayoutEffect(() => {
    const node = host.current!;
    const grid = makeGrid(model, {
      head: (column, event) => latest.current.head(column, event),
      menu: (column, x, y) => latest.current.menu(column, x, y),
      tooMuch: () => studio.tell(studio.trans.__('This is too much to copy at once; select up to 8,000 rows.'))
    });
    const draw = () => style(grid, node);
    draw();
    fit(grid, model);
    MessageLoop.flush(); // before it is shown, as the grid would be drawn again for each column's width
    Widget.attach(grid, node);
    grid.scrollTo(scroll.x, scroll.y);
    studio.themes?.themeChanged.connect(draw);
    const resized = new ResizeObserver(() => MessageLoop.sendMessage(grid, Widget.ResizeMessage.UnknownSize));
    resized.observe(node);
    return () => {
      Object.assign(scroll, { x: grid.scrollX, y: grid.scrollY });
      resized.disconnect();
      studio.themes?.themeChanged.disconnect(draw);
      grid.dispose();
    };
  }, [model, studio, scroll]);
  useEffect(() => {
    const viewport = host.current!.querySelector('.lm-DataGrid-viewport');
    viewport?.setAttribute('role', 'application');
    viewport?.setAttribute('aria-roledescription', studio.trans.__('data grid'));
    viewport?.setAttribute('aria-label', label);
  }, [label, studio, model]);
  return <div className="ls-grid" ref={host} />;
}

interface IFirstRows {
  fields: readonly Column[];
  /** The first rows, one list a column. */
  head: readonly unknown[][];
  count: number;
  caption: string;
}

export function FirstRows({ fields, head, count, caption }: IFirstRows) {
  const shown = fields.slice(0, head.length);
  return (
    <div className="ls-first-rows" tabIndex={0} role="region" aria-label={caption}>
      <table className="ls-Table">
        <caption>{caption}</caption>
        <thead>
          <tr>
            {shown.map(column => (
              <th key={column.name} scope="col" className={isNumeric(column) ? 'ls-right' : ''}>
                {column.name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {Array.from({ length: count }, (_, row) => (
            <tr key={row}>
              {shown.map((column, index) => (
                <td key={column.name} className={isNumeric(column) ? 'ls-right' : ''}>
                  {cellText(head[index][row], column)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

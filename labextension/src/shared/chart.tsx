/**
 * A plotly figure, drawn by Lab's own renderer in the colours of Lab's theme.
 *
 * A view only: it gives no events. Without a renderer the numbers stand in a table, so that nothing is lost.
 */
import type { IRenderMime } from '@jupyterlab/rendermime';
import { MessageLoop } from '@lumino/messaging';
import { Widget } from '@lumino/widgets';
import React, { ReactElement, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';

import type { IStudio } from '../studio';
import { number } from './format';
import { __ } from './words';

const MIME = 'application/vnd.plotly.v1+json';
const PAUSE = 500;
const MOST_ROWS = 50;

type Figure = Record<string, any>;

interface IChart {
  studio: IStudio;
  figure: Figure;
  title: string;
  height?: number;
}

export function Chart({ studio, figure, title, height = 240 }: IChart): ReactElement {
  const drawable = studio.rendermime?.preferredMimeType({ [MIME]: {} }, 'any') === MIME;
  if (!drawable) {
    return <Numbers figure={figure} title={title} />;
  }
  return <Drawn studio={studio} figure={figure} title={title} height={height} />;
}

function Drawn({ studio, figure, title, height }: Required<IChart>): ReactElement {
  const host = useRef<HTMLDivElement>(null);
  const [problem, setProblem] = useState(false);
  const key = useMemo(() => JSON.stringify(figure), [figure]);
  const redraw = useRef<(() => void) | null>(null);
  const latest = useRef(figure);
  latest.current = figure;

  // a layout effect: its clean-up runs while the node still stands in the page, which detaching asks for
  useLayoutEffect(() => {
    const node = host.current!;
    let shown: IRenderMime.IRenderer | null = null;
    let coming: IRenderMime.IRenderer | null = null;
    let gone = false;
    let timer = 0;
    let drawn = 0;
    let again = false;
    // plotly's renderer draws once only: a new one stands before the old one until it has drawn
    const draw = async () => {
      timer = 0;
      drawn = Date.now();
      const data = { [MIME]: themed(latest.current, node, height) };
      const model = studio.rendermime!.createModel({ data, trusted: true }) as IRenderMime.IMimeModel;
      coming = studio.rendermime!.createRenderer(MIME);
      Widget.attach(coming, node, shown?.node ?? null);
      try {
        await coming.renderModel(model);
      } catch {
        !gone && setProblem(true);
      }
      if (!gone) {
        shown?.dispose();
        [shown, coming] = [coming, null];
        if (again) {
          again = false;
          redraw.current?.();
        }
      }
    };
    redraw.current = () => {
      again = coming !== null;
      if (!timer && !coming && node.clientWidth) {
        timer = window.setTimeout(() => void draw(), Math.max(0, drawn + PAUSE - Date.now()));
      }
    };
    let width = 0;
    const sized = new ResizeObserver(([entry]) => {
      // also fires when a hidden tab is shown again
      if (entry.contentRect.width && entry.contentRect.width !== width) {
        width = entry.contentRect.width;
        shown ? MessageLoop.sendMessage(shown, Widget.ResizeMessage.UnknownSize) : redraw.current?.();
      }
    });
    sized.observe(node);
    const onTheme = () => redraw.current?.();
    studio.themes?.themeChanged.connect(onTheme);
    return () => {
      sized.disconnect();
      studio.themes?.themeChanged.disconnect(onTheme);
      window.clearTimeout(timer);
      redraw.current = null;
      gone = true;
      shown?.dispose();
      coming?.dispose();
    };
  }, [studio, height]);

  useEffect(() => redraw.current?.(), [key]);

  return problem ? (
    <Numbers figure={figure} title={title} />
  ) : (
    <div className="ls-Chart" role="img" aria-label={describe(figure, title)} style={{ height }} ref={host} />
  );
}

/** What the figure shows, in a sentence for those who do not see it. */
export function describe(figure: Figure, title: string): string {
  const names = traces(figure).map(trace => `${trace.name ?? trace.type ?? ''}`.trim());
  const shown = names.filter(Boolean).slice(0, 6).join(', ');
  const axes = [figure.layout?.xaxis?.title, figure.layout?.yaxis?.title].map(one => one?.text ?? one).filter(Boolean);
  const parts = [title, axes.length === 2 && __('%1 by %2', axes[1], axes[0]), shown];
  return parts.filter(Boolean).join('; ');
}

/** The figure in the theme's colours: the figure itself fixes none but those of its series. */
function themed(figure: Figure, node: HTMLElement, height: number): Figure {
  const style = getComputedStyle(node);
  const colour = (name: string) => style.getPropertyValue(name).trim();
  const axis = {
    gridcolor: colour('--jp-border-color2'),
    linecolor: colour('--jp-border-color1'),
    zerolinecolor: colour('--jp-border-color1'),
    automargin: true
  };
  const font = { color: colour('--jp-ui-font-color1'), family: colour('--jp-ui-font-family'), size: 11 };
  const series = ['--ls-s1', '--ls-s2', '--ls-s3', '--ls-s4', '--ls-s5', '--ls-s0'].map(colour);
  const own = figure.layout ?? {};
  const layout = {
    ...own,
    template: {
      layout: {
        font,
        colorway: series,
        paper_bgcolor: 'rgba(0,0,0,0)',
        plot_bgcolor: 'rgba(0,0,0,0)',
        xaxis: axis,
        yaxis: axis,
        hoverlabel: { bgcolor: colour('--jp-layout-color1'), bordercolor: colour('--jp-border-color1'), font }
      }
    },
    // the card around it has the title
    title: undefined,
    margin: { l: 48, r: 16, t: 8, b: 36, ...own.margin },
    width: node.clientWidth,
    height,
    autosize: false
  };
  const data = recoloured(traces(figure), LIGHT, series);
  return { ...figure, data, layout, config: { displayModeBar: false, responsive: false, ...figure.config } };
}

/** The series' colours that figures are made with; in a theme they are what `--ls-s…` says. */
const LIGHT = ['#1976d2', '#b35900', '#00796b', '#7b1fa2', '#c2185b', '#757575'];

function recoloured<T>(value: T, from: string[], to: string[]): T {
  if (typeof value === 'string') {
    const at = from.indexOf(value.toLowerCase());
    return (at < 0 ? value : to[at] || value) as T;
  }
  if (Array.isArray(value)) {
    // data is long, and holds no colours worth a look beyond its beginning
    return (typeof value[0] === 'number' ? value : value.map(one => recoloured(one, from, to))) as T;
  }
  if (value && typeof value === 'object') {
    return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, recoloured(v, from, to)])) as T;
  }
  return value;
}

function traces(figure: Figure): Figure[] {
  return (figure.data ?? []) as Figure[];
}

function Numbers({ figure, title }: { figure: Figure; title: string }): ReactElement {
  return (
    <div className="ls-Numbers">
      <p className="ls-note">{__('Charts need plotly in JupyterLab; these are the numbers.')}</p>
      {traces(figure).map((trace, at) => {
        const [xs, ys] = [(trace.x ?? []) as unknown[], (trace.y ?? []) as unknown[]];
        return (
          <table key={at} className="ls-Table" aria-label={`${title}: ${trace.name ?? at + 1}`}>
            <tbody>
              {xs.slice(0, MOST_ROWS).map((x, row) => (
                <tr key={row}>
                  <td>{cell(x)}</td>
                  <td className="ls-right">{cell(ys[row])}</td>
                </tr>
              ))}
            </tbody>
          </table>
        );
      })}
    </div>
  );
}

function cell(value: unknown): string {
  return typeof value === 'number' ? number(value) : String(value ?? '–');
}

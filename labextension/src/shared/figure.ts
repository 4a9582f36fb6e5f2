/**
 * A figure as it fits into a card: its title stands in the card, its legend on top, its margins as small as can be.
 */
type Figure = Record<string, unknown>;

export interface IFitted {
  title: string;
  /** What comes after the title's comma, and the axis that is said there. */
  note: string;
  bare: Figure;
}

/** @param said - the axis whose title is the note, where it has more room */
export function fitted(figure: Figure, said?: 'xaxis' | 'yaxis'): IFitted {
  const layout = (figure.layout ?? {}) as Record<string, any>;
  const { title: told, ...rest } = layout;
  const [title, ...more] = String(told?.text ?? '').split(', ');
  const axes = Object.fromEntries(['xaxis', 'yaxis'].map(name => [name, axis(layout[name], name === said)]));
  const legend = { orientation: 'h', x: 0, xanchor: 'left', y: 1.02, yanchor: 'bottom', ...layout.legend };
  const margin = { l: 8, r: 12, t: layout.showlegend ? 28 : 8, b: 8 };
  return {
    title,
    note: [...more, ...(said ? [layout[said]?.title?.text ?? ''] : [])].join(' · '),
    bare: { ...figure, layout: { ...rest, ...axes, legend, margin } }
  };
}

/** The renderer makes room for what stands at the axis. */
function axis(told: Record<string, any> = {}, untitled: boolean): Record<string, any> {
  const { title, ...rest } = told;
  return { ...rest, automargin: true, ...(title && !untitled ? { title: { ...title, standoff: 8 } } : {}) };
}

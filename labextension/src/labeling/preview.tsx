/**
 * An item made small, with what is suggested for it drawn in: as a grid shows it.
 */
import React, { ReactElement } from 'react';

import type { LabelingItem, LabelingListed } from '../api/client';
import type { Bench } from './bench';
import { toUnits } from './codePoints';
import { middleOf } from './geometry';
import { Picture, usePicture } from './picture';
import { piecesOf } from './spanText';

const SMALL = 256; // px

interface IPreview {
  bench: Bench;
  item: LabelingItem | LabelingListed;
}

export function Preview({ bench, item }: IPreview): ReactElement {
  const { suggestion } = item;
  if (item.media) {
    return 'width' in item && item.width && suggestion?.value.shapes?.length ? (
      <Drawn bench={bench} item={item} />
    ) : (
      <Picture bench={bench} item={item} size={SMALL} />
    );
  }
  const text =
    item.text ??
    Object.entries(item.row)
      .map(([name, value]) => `${name}: ${String(value)}`)
      .join(' · ');
  const parts = (suggestion?.value.spans ?? []).map(span => ({
    span,
    suggested: true,
    start: toUnits(text, span.start),
    end: toUnits(text, span.end)
  }));
  return (
    <p>
      {piecesOf(text, parts, null).map(({ start, end, over: [first] }) =>
        first ? (
          <span
            key={start}
            className="ls-Spans-part ls-mod-suggested"
            style={{ textDecorationColor: bench.labelById.get(first.span.label)?.color }}
          >
            {text.slice(start, end)}
          </span>
        ) : (
          text.slice(start, end)
        )
      )}
    </p>
  );
}

/** A small picture with the outlines of what is suggested. */
function Drawn({ bench, item }: { bench: Bench; item: LabelingItem }): ReactElement {
  const source = usePicture(bench, item, SMALL);
  return (
    <svg className="ls-Preview" viewBox={`0 0 ${item.width} ${item.height}`} aria-hidden="true">
      {source && <image href={source} width={item.width!} height={item.height!} preserveAspectRatio="none" />}
      {item.suggestion!.value.shapes!.map(shape => {
        const stroke = bench.labelById.get(shape.label)?.color;
        if (shape.kind === 'polygon') {
          const rings = shape.rings!.map(ring => `M${ring.map(point => point.join(',')).join('L')}Z`);
          return <path key={shape.id} stroke={stroke} d={rings.join('')} />;
        }
        const { x, y } = middleOf(shape);
        return (
          <rect
            key={shape.id}
            stroke={stroke}
            x={shape.x!}
            y={shape.y!}
            width={shape.w!}
            height={shape.h!}
            transform={shape.rotation ? `rotate(${shape.rotation} ${x} ${y})` : undefined}
          />
        );
      })}
    </svg>
  );
}

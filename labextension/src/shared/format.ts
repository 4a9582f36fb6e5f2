/**
 * Numbers, sizes and times as people read them; the same everywhere, whatever the browser's language.
 */
const UNITS = ['B', 'KB', 'MB', 'GB', 'TB'];
const RAISED = '⁰¹²³⁴⁵⁶⁷⁸⁹';

/** A number with thousands set apart and no digit that says nothing: `1,704`, `59.47`, `0.00012`. */
export function number(x: number | null | undefined, digits = 4): string {
  if (x === null || x === undefined || !Number.isFinite(x)) {
    return x === Infinity ? '∞' : x === -Infinity ? '−∞' : '–';
  }
  const size = Math.abs(x);
  if (size !== 0 && (size < 1e-4 || size >= 1e15)) {
    return power(x);
  }
  const whole = size < 1 ? 0 : Math.floor(Math.log10(size)) + 1;
  const places = Number.isInteger(x) ? 0 : size < 1 ? leading(size) + digits - 1 : Math.max(0, digits - whole);
  const fixed = size.toFixed(Math.min(places, 20));
  const [integer, fraction = ''] = fixed.split('.');
  const kept = fraction.replace(/0+$/, '');
  const text = integer.replace(/\B(?=(\d{3})+$)/g, ',') + (kept && `.${kept}`);
  return x < 0 && /[1-9]/.test(text) ? `−${text}` : text;
}

/** A score with as many digits as its error bar allows; four without one. */
export function score(x: number | null | undefined, bar?: number | null): string {
  if (x === null || x === undefined || !Number.isFinite(x)) {
    return '–';
  }
  const places = bar ? Math.min(6, Math.max(0, 1 - Math.floor(Math.log10(Math.abs(bar))))) : decimals(x);
  const [integer, fraction] = Math.abs(x).toFixed(places).split('.');
  const text = integer.replace(/\B(?=(\d{3})+$)/g, ',') + (fraction ? `.${fraction}` : '');
  return x < 0 && /[1-9]/.test(text) ? `−${text}` : text;
}

/** A confidence interval with the digits its width allows: `0.902 – 0.922`. */
export function interval(low: number, high: number): string {
  return `${score(low, high - low)} – ${score(high, high - low)}`;
}

/** `0.8 s`, `42 s`, `2 min 18 s`, `1 h 5 min`, `3 d 2 h`. */
export function duration(seconds: number | null | undefined): string {
  if (seconds === null || seconds === undefined || !Number.isFinite(seconds)) {
    return '–';
  }
  if (seconds < 0.001) {
    return '0 s';
  }
  if (seconds < 0.1) {
    return `${Math.round(seconds * 1000)} ms`;
  }
  if (seconds < 9.95) {
    return `${number(Math.round(seconds * 10) / 10)} s`;
  }
  const whole = Math.round(seconds);
  const parts: [number, string][] = [
    [Math.floor(whole / 86_400), 'd'],
    [Math.floor(whole / 3_600) % 24, 'h'],
    [Math.floor(whole / 60) % 60, 'min'],
    [whole % 60, 's']
  ];
  const first = parts.findIndex(([count]) => count > 0);
  return parts
    .slice(first, first + 2)
    .filter(([count]) => count > 0)
    .map(([count, unit]) => `${count} ${unit}`)
    .join(' ');
}

/** `512 B`, `3.9 MB`, `1.2 GB`. */
export function bytes(n: number | null | undefined): string {
  if (n === null || n === undefined || !Number.isFinite(n)) {
    return '–';
  }
  const step = Math.min(UNITS.length - 1, n < 1000 ? 0 : Math.floor(Math.log10(n) / 3));
  return `${number(n / 1000 ** step, 2 + Number(n / 1000 ** step >= 100))} ${UNITS[step]}`;
}

/** A part of one as `54 %`; never `0 %` or `100 %` for what is not quite. */
export function percent(x: number | null | undefined, digits = 0): string {
  if (x === null || x === undefined || !Number.isFinite(x)) {
    return '–';
  }
  const least = 10 ** -digits;
  if (x > 0 && x * 100 < least / 2) {
    return `< ${least.toFixed(digits)} %`;
  }
  if (x < 1 && x * 100 > 100 - least / 2) {
    return `> ${(100 - least).toFixed(digits)} %`;
  }
  return `${(x * 100).toFixed(digits).replace('-', '−')} %`;
}

/** `3.3 × 10⁻¹⁶`. */
export function power(x: number | null | undefined): string {
  if (x === null || x === undefined || !Number.isFinite(x)) {
    return '–';
  }
  if (x === 0) {
    return '0';
  }
  const [mantissa, exponent] = x.toExponential(1).split('e');
  const raised = [...String(Math.abs(Number(exponent)))].map(digit => RAISED[Number(digit)]).join('');
  return `${mantissa.replace('.0', '').replace('-', '−')} × 10${exponent.startsWith('-') ? '⁻' : ''}${raised}`;
}

/** `just now`, `2 min ago`, `3 h ago`, `yesterday`, `12 days ago`, then the date. */
export function ago(unixSeconds: number, now = Date.now() / 1000): string {
  const seconds = Math.max(0, now - unixSeconds);
  if (seconds < 45) {
    return 'just now';
  }
  if (seconds < 3_570) {
    return `${Math.max(1, Math.round(seconds / 60))} min ago`;
  }
  if (seconds < 86_400) {
    return `${Math.min(23, Math.round(seconds / 3_600))} h ago`;
  }
  const days = Math.floor(seconds / 86_400);
  return days === 1 ? 'yesterday' : days < 31 ? `${days} days ago` : exact(unixSeconds).slice(0, 10);
}

/** `2026-11-23 14:05:09`, in the browser's time zone. */
export function exact(unixSeconds: number): string {
  const date = new Date(unixSeconds * 1000);
  const two = (n: number) => String(n).padStart(2, '0');
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join('-');
  return `${day} ${[date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':')}`;
}

/** A long text with its middle left out, so that beginning and end can be told. */
export function middle(text: string, max = 40): string {
  const head = Math.ceil((max - 1) / 2);
  return text.length <= max ? text : `${text.slice(0, head)}…${text.slice(text.length - (max - 1 - head))}`;
}

function decimals(x: number): number {
  const size = Math.abs(x);
  return size >= 1000 ? 0 : size >= 100 ? 1 : size >= 10 ? 2 : size >= 1 ? 3 : 4;
}

function leading(size: number): number {
  return Math.max(1, -Math.floor(Math.log10(size)));
}

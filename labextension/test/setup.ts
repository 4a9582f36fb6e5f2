/** What a browser has and jsdom has not. */
import { cleanup } from '@testing-library/react';
import { afterEach } from 'vitest';

class Nothing {
  observe() {}
  unobserve() {}
  disconnect() {}
}

Object.assign(window, {
  DragEvent: class extends Event {},
  ResizeObserver: Nothing,
  matchMedia: () => ({ matches: false, addEventListener() {}, removeEventListener() {} }),
  requestIdleCallback: (call: () => void) => window.setTimeout(call)
});

afterEach(cleanup);

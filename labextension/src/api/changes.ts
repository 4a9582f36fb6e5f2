/**
 * Hears from the server that something has changed: one WebSocket, a revision a message.
 *
 * When it is lost it comes back by itself, with longer and longer pauses, and at once when the browser is
 * online again; what was missed meanwhile shows in the revision of its first message.
 */
import { URLExt } from '@jupyterlab/coreutils';
import { ServerConnection } from '@jupyterlab/services';
import { IDisposable } from '@lumino/disposable';
import { ISignal, Signal } from '@lumino/signaling';

const LONGEST_PAUSE = 15_000;

export class Changes implements IDisposable {
  constructor() {
    window.addEventListener('online', this._now);
    document.addEventListener('visibilitychange', this._tellRevision);
    this._open();
  }

  /** The revision, when it is another one than before. */
  get changed(): ISignal<this, number> {
    return this._changed;
  }

  /** Whether the line stands, when that changes. */
  get connected(): ISignal<this, boolean> {
    return this._connected;
  }

  get isConnected(): boolean {
    return this._isConnected;
  }

  get isDisposed(): boolean {
    return this._disposed;
  }

  dispose(): void {
    this._disposed = true;
    window.removeEventListener('online', this._now);
    document.removeEventListener('visibilitychange', this._tellRevision);
    window.clearTimeout(this._timer);
    this._socket?.close();
    Signal.clearData(this);
  }

  private _open(): void {
    const { wsUrl, token, appendToken, WebSocket } = ServerConnection.makeSettings();
    const query = appendToken && token ? `?token=${encodeURIComponent(token)}` : '';
    const socket = new WebSocket(URLExt.join(wsUrl, 'labstudio/api/changes') + query);
    this._socket = socket;
    socket.onmessage = ({ data }) => {
      const { revision } = JSON.parse(data) as { type: string; revision: number };
      this._pause = 500;
      this._tell(true);
      this._revision = revision;
      this._tellRevision();
    };
    socket.onclose = () => {
      if (this._disposed || socket !== this._socket) {
        return;
      }
      this._tell(false);
      this._timer = window.setTimeout(() => this._open(), this._pause);
      this._pause = Math.min(2 * this._pause, LONGEST_PAUSE);
    };
  }

  private _tell(connected: boolean): void {
    if (connected !== this._isConnected) {
      this._isConnected = connected;
      this._connected.emit(connected);
    }
  }

  /** Not while nobody looks: what changed meanwhile is told once, when the page is seen again. */
  private _tellRevision = (): void => {
    if (!document.hidden && this._revision !== this._told) {
      this._told = this._revision;
      this._changed.emit(this._revision);
    }
  };

  private _now = (): void => {
    if (!this._isConnected) {
      window.clearTimeout(this._timer);
      this._pause = 500;
      this._open();
    }
  };

  private _changed = new Signal<this, number>(this);
  private _connected = new Signal<this, boolean>(this);
  private _disposed = false;
  private _isConnected = false;
  private _pause = 500;
  private _revision = -1;
  private _socket: WebSocket | null = null;
  private _timer = 0;
  private _told = -1;
}

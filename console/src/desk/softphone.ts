/**
 * The telephone in the browser: one registration at the switch, one talk at a time. It knows nothing
 * of pages; what happens is told to `tell`.
 */
import JsSIP from "jssip";
import type { RTCSession } from "jssip/lib/RTCSession";
import type { IncomingRTCSessionEvent, OutgoingRTCSessionEvent } from "jssip/lib/UA";

export interface Account {
  account: string;
  secret: string;
  socket: string;
}

export type LineState = "connecting" | "ready" | "cut" | "refused";
export type TalkState = "ringing" | "dialling" | "talking" | "held";

/** The talk as the switch tells it: the call's uid and the queue it waited in, when it was in one. */
export interface Talk {
  state: TalkState;
  call: string | null;
  queue: string | null;
  muted: boolean;
}

/** A talk as the page that comes next takes it up; `dialog` names it to the switch. */
export interface Remembered {
  account: string;
  dialog: string;
  call: string | null;
  queue: string | null;
}

interface DialogId {
  call_id: string;
  local_tag: string;
  remote_tag: string;
}

export interface Told {
  line(state: LineState): void;
  talk(talk: Talk | null): void;
  fault(what: "microphone" | "media"): void;
}

export interface Quality {
  heard: number;
  spoken: number;
  lost: number;
  jitter: number;
}

// What is dialled with the name of a talk to take up (agents.dialplan).
const RETAKE = "retake";
// Seconds; a phone that vanished without a word is forgotten after this.
const REGISTERED_FOR = 60;
const MEDIA = {
  mediaConstraints: { audio: { echoCancellation: true, noiseSuppression: true }, video: false },
  // The switch is in the same house: no server is asked for the way to it.
  pcConfig: { iceServers: [] as RTCIceServer[] },
};

export class Softphone {
  private readonly ua: JsSIP.UA;
  private readonly host: string;
  private readonly account: string;
  private session: RTCSession | null = null;
  private talk: Talk | null = null;
  private stopped = false;
  microphone = "";

  constructor(
    account: Account,
    private readonly audio: HTMLAudioElement,
    private readonly told: Told,
  ) {
    this.host = new URL(account.socket).hostname;
    this.account = account.account;
    this.ua = new JsSIP.UA({
      sockets: [new JsSIP.WebSocketInterface(account.socket)],
      uri: `sip:${account.account}@${this.host}`,
      password: account.secret,
      register_expires: REGISTERED_FOR,
      session_timers: false,
      connection_recovery_min_interval: 1,
      connection_recovery_max_interval: 5,
    });
    this.ua.on("connecting", () => this.line("connecting"));
    this.ua.on("registered", () => this.line("ready"));
    this.ua.on("disconnected", () => this.line("cut"));
    this.ua.on("registrationFailed", ({ cause }) =>
      this.line(cause === JsSIP.C.causes.CONNECTION_ERROR ? "cut" : "refused"),
    );
    this.ua.on("newRTCSession", (event: IncomingRTCSessionEvent | OutgoingRTCSessionEvent) => {
      if (event.originator === "remote") this.comesIn(event as IncomingRTCSessionEvent);
    });
    this.line("connecting");
    this.ua.start();
  }

  /** Leave the switch. A talk that goes on is left to the switch, which frees its other side. */
  stop(): void {
    this.stopped = true; // what this one still hears is not about the phone that follows it
    this.ua.stop();
  }

  answer(): void {
    this.session?.answer(this.media());
  }

  /** Hang up, or decline what rings. */
  end(): void {
    if (this.session && !this.session.isEnded()) {
      this.session.terminate(this.session.isEstablished() ? {} : { status_code: 486 });
    }
  }

  dial(number: string): void {
    if (this.session) return;
    this.take(this.ua.call(`sip:${number}@${this.host}`, this.media()), {
      state: "dialling",
      call: null,
      queue: null,
      muted: false,
    });
  }

  /** Go on with a talk whose page is gone: the switch puts us in its place (RFC 3891). */
  retake(lost: Remembered): void {
    if (this.session) return;
    const extraHeaders = [`Replaces: ${lost.dialog}`];
    const options = { ...this.media(), extraHeaders };
    this.take(this.ua.call(`sip:${RETAKE}@${this.host}`, options), {
      state: "dialling",
      call: lost.call,
      queue: lost.queue,
      muted: false,
    });
  }

  /** What a page that comes after this one needs to go on with the talk; null outside of one. */
  remembered(): Remembered | null {
    // The library shows the parts of a dialog's name to nobody, though SIP gives them to both sides.
    const dialog = (this.session as unknown as { _dialog?: { id: DialogId } } | null)?._dialog?.id;
    if (!dialog || !this.talk || !this.session?.isEstablished()) return null;
    const { call, queue } = this.talk;
    const name = `${dialog.call_id};to-tag=${dialog.remote_tag};from-tag=${dialog.local_tag}`;
    return { account: this.account, dialog: name, call, queue };
  }

  mute(on: boolean): void {
    if (on) this.session?.mute({ audio: true });
    else this.session?.unmute({ audio: true });
    this.change({ muted: on });
  }

  hold(on: boolean): void {
    const done = on ? this.session?.hold() : this.session?.unhold();
    if (done) this.change({ state: on ? "held" : "talking" });
  }

  /** A key of the telephone, as a sound event (RFC 4733) that menus understand. */
  press(key: string): void {
    this.session?.sendDTMF(key, { transportType: JsSIP.C.DTMF_TRANSPORT.RFC2833 as never });
  }

  /** How loud both sides are (0 to 1), share of packets lost and jitter in seconds; null: no talk. */
  async quality(): Promise<Quality | null> {
    const connection = this.session?.connection;
    if (!connection) return null;
    const found = { heard: 0, spoken: 0, lost: 0, jitter: 0 };
    for (const one of (await connection.getStats()).values() as Iterable<Record<string, never>>) {
      if (one.type === ("media-source" as never)) found.spoken = one.audioLevel ?? 0;
      if (one.type !== ("inbound-rtp" as never)) continue;
      const [lost, received]: [number, number] = [one.packetsLost ?? 0, one.packetsReceived ?? 0];
      found.heard = one.audioLevel ?? 0;
      found.jitter = one.jitter ?? 0;
      found.lost = lost + received ? lost / (lost + received) : 0;
    }
    return found;
  }

  private line(state: LineState): void {
    if (!this.stopped) this.told.line(state);
  }

  private media(): typeof MEDIA {
    if (!this.microphone) return MEDIA;
    const audio = { ...MEDIA.mediaConstraints.audio, deviceId: this.microphone };
    return { ...MEDIA, mediaConstraints: { audio, video: false } };
  }

  private comesIn({ session, request }: IncomingRTCSessionEvent): void {
    if (this.session) {
      session.terminate({ status_code: 486 });
      return;
    }
    this.take(session, {
      state: "ringing",
      call: request.getHeader("X-Hotline-Call") ?? null,
      queue: request.getHeader("X-Hotline-Queue") ?? null,
      muted: false,
    });
  }

  private take(session: RTCSession, talk: Talk): void {
    this.session = session;
    this.tell(talk);
    session.on("peerconnection", ({ peerconnection }) => this.hear(peerconnection));
    if (session.connection) this.hear(session.connection);
    session.on("confirmed", () => this.change({ state: "talking" }));
    session.on("getusermediafailed", () => this.told.fault("microphone"));
    session.on("peerconnection:setremotedescriptionfailed", () => this.told.fault("media"));
    const over = () => {
      this.session = null;
      this.tell(null);
    };
    session.on("ended", over);
    session.on("failed", over);
  }

  private hear(connection: RTCPeerConnection): void {
    connection.addEventListener("track", ({ streams, track }) => {
      this.audio.srcObject = streams[0] ?? new MediaStream([track]);
      void this.audio.play().catch(() => this.told.fault("media"));
    });
  }

  private change(part: Partial<Talk>): void {
    if (this.talk) this.tell({ ...this.talk, ...part });
  }

  private tell(talk: Talk | null): void {
    this.talk = talk;
    if (!this.stopped) this.told.talk(talk);
  }
}

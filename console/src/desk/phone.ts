/**
 * The seat's phone as pages see it. It outlives pages: a talk goes on while its agent looks something
 * up. One browser window has the phone; the one opened last takes it from the others.
 */
import { defineStore } from "pinia";
import { ref, shallowRef, watch } from "vue";

import { answer, api, type Schema } from "@/api/client";
import { recall, remember } from "@/desk/memory";
import { startRinging, stopRinging } from "@/desk/ringing";
import { Softphone, type LineState, type Quality, type Talk } from "@/desk/softphone";

type PhoneAnswer = Schema["PhoneAnswer"];
export type Line = LineState | "off" | "elsewhere";
export type Fault = "microphone" | "media" | null;

const MEASURE_EVERY = 1000;

export const usePhone = defineStore("phone", () => {
  const line = ref<Line>("off");
  const kind = ref<PhoneAnswer["phone"] | null>(null);
  const talk = shallowRef<Talk | null>(null);
  const fault = ref<Fault>(null);
  const quality = shallowRef<Quality | null>(null);
  const microphones = shallowRef<MediaDeviceInfo[]>([]);
  const audio = new Audio();
  const windows = new BroadcastChannel("hotline-phone");
  const me = crypto.randomUUID();
  let phone: Softphone | null = null;
  let seat = "";

  windows.onmessage = ({ data }: MessageEvent<{ seat: string; by: string }>) => {
    if (data.by === me || data.seat !== seat || !phone) return;
    drop();
    line.value = "elsewhere";
  };

  watch(
    () => talk.value?.state,
    (state) => (state === "ringing" ? startRinging() : stopRinging()),
  );
  setInterval(() => {
    if (!talk.value) return;
    void phone?.quality().then((found) => (quality.value = found));
    const found = phone?.remembered();
    if (found) remember(found);
  }, MEASURE_EVERY);

  /** Go on with the phone that the seat has; a page that was loaded anew comes here. */
  async function resume(number: string): Promise<void> {
    seat = number;
    const params = { path: { number } };
    use(await answer(api.GET("/api/agents/{number}/phone", { params })));
  }

  /** Choose what the seat talks through. Throws a Problem, while somebody talks among others. */
  async function choose(number: string, wanted: PhoneAnswer["phone"]): Promise<void> {
    seat = number;
    const params = { path: { number } };
    use(await answer(api.POST("/api/agents/{number}/phone", { params, body: { phone: wanted } })));
  }

  function use(found: PhoneAnswer): void {
    drop();
    kind.value = found.phone;
    if (!found.account || !found.secret || !found.socket) return;
    windows.postMessage({ seat, by: me });
    const { account, secret, socket } = found;
    phone = new Softphone({ account, secret, socket }, audio, {
      line: (state) => {
        line.value = state;
        const lost = state === "ready" ? recall(account) : null;
        if (lost) phone?.retake(lost);
      },
      talk: (now) => {
        talk.value = now;
        if (now?.state === "ringing") fault.value = null;
        if (!now) [quality.value] = [null, remember(null)];
      },
      fault: (what) => (fault.value = what),
    });
    void listMicrophones();
  }

  function drop(): void {
    phone?.stop();
    phone = null;
    talk.value = null;
    line.value = "off";
  }

  /** Ask for the microphone before the first call, when nobody waits for it. */
  async function listMicrophones(): Promise<void> {
    try {
      const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
      stream.getTracks().forEach((track) => track.stop());
      const all = await navigator.mediaDevices.enumerateDevices();
      microphones.value = all.filter((one) => one.kind === "audioinput");
    } catch {
      fault.value = "microphone";
    }
  }

  return {
    line,
    kind,
    talk,
    fault,
    quality,
    microphones,
    resume,
    choose,
    drop,
    answer: () => phone?.answer(),
    end: () => phone?.end(),
    dial: (number: string) => phone?.dial(number),
    mute: () => phone?.mute(!talk.value?.muted),
    hold: () => phone?.hold(talk.value?.state !== "held"),
    press: (key: string) => phone?.press(key),
    useMicrophone: (id: string) => phone && (phone.microphone = id),
  };
});

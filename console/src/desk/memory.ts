/** The talk that goes on, remembered by this window alone, so that a reload can take it up again. */
import type { Remembered } from "@/desk/softphone";

const KEY = "hotline-talk";
// The switch gives a silent phone up after this; until then the talk can be taken up.
const LASTS = 14_000;

interface Kept extends Remembered {
  at: number;
}

export function remember(talk: Remembered | null, now = Date.now()): void {
  if (talk) sessionStorage.setItem(KEY, JSON.stringify({ ...talk, at: now }));
  else sessionStorage.removeItem(KEY);
}

/** The talk of the page before, unless it is too long ago; it is told once. */
export function recall(account: string, now = Date.now()): Remembered | null {
  const text = sessionStorage.getItem(KEY);
  sessionStorage.removeItem(KEY);
  if (!text) return null;
  const kept = JSON.parse(text) as Kept;
  return kept.account === account && now - kept.at < LASTS ? kept : null;
}

/** What is known of the call that rings: asked for until the ledger has read of it and its ticket. */
import { answer, api, type Schema } from "@/api/client";

export type DeskCall = Schema["DeskCallAnswer"];

const EVERY = 250;
const TRIES = 80;

export async function arrivingCall(uid: string, tell: (call: DeskCall) => void): Promise<void> {
  for (let tries = 0; tries < TRIES; tries++) {
    const found = await once(uid);
    if (found) tell(found);
    if (found?.ticket) return;
    await new Promise((resolve) => setTimeout(resolve, EVERY));
  }
}

async function once(uid: string): Promise<DeskCall | null> {
  try {
    return await answer(api.GET("/api/desk/calls/{uid}", { params: { path: { uid } } }));
  } catch {
    return null; // not read of yet, or the server is away: the next try tells
  }
}

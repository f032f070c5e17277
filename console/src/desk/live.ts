/** The live picture, kept up to date by Server-Sent Events; the browser resumes where it left off. */
import { onScopeDispose, reactive, ref, type Ref } from "vue";

export interface LiveAgent {
  declared: "available" | "break" | "offline";
  reason: string;
  observed: string;
  since: string | null;
  queues: Record<string, number>;
}

export interface LiveQueue {
  waiting: number;
  callers: { call: string; position: number; joined: string }[];
}

interface Change {
  as_of?: string;
  stale?: boolean;
  agents?: Record<string, LiveAgent>;
  queues?: Record<string, LiveQueue>;
  figures?: Record<string, unknown>;
  now?: Record<string, unknown>;
  gone?: { agents?: string[]; queues?: string[] };
}

export interface Live {
  agents: Record<string, LiveAgent>;
  queues: Record<string, LiveQueue>;
  figures: Record<string, unknown>;
  now: Record<string, unknown>;
  as_of: string | null;
  stale: boolean;
}

/** Follow the picture for as long as the page lives. `heard`: whether it is connected now. */
export function useLive(): { live: Live; heard: Readonly<Ref<boolean>> } {
  const live = reactive<Live>({ agents: {}, queues: {}, figures: {}, now: {}, as_of: null, stale: true });
  const heard = ref(false);
  const source = new EventSource("/api/live/events");
  const take = (event: MessageEvent<string>) => apply(live, JSON.parse(event.data) as Change);
  source.addEventListener("snapshot", (event) => {
    live.agents = {};
    live.queues = {};
    take(event);
  });
  source.addEventListener("change", take);
  source.onopen = () => (heard.value = true);
  source.onerror = () => (heard.value = false);
  onScopeDispose(() => source.close());
  return { live, heard };
}

export function apply(live: Live, change: Change): void {
  Object.assign(live.agents, change.agents);
  Object.assign(live.queues, change.queues);
  for (const name of change.gone?.agents ?? []) delete live.agents[name];
  for (const name of change.gone?.queues ?? []) delete live.queues[name];
  if (change.as_of) live.as_of = change.as_of;
  if (change.stale !== undefined) live.stale = change.stale;
  if (change.figures) live.figures = change.figures;
  if (change.now) live.now = change.now;
}

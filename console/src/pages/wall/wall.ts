/** What the wall asks for beside the live picture: definitions, half-hours, lines of who waits. */
import { onScopeDispose, ref, shallowRef, watch, type Ref } from "vue";

import { answer, api, type Schema } from "@/api/client";
import type { HalfHour } from "@/pages/wall/HalfHours.vue";

const EVERY_MINUTE = 60_000;
const EVERY_HALF_HOUR = 30 * EVERY_MINUTE;

/** Do something now and again; what fails once is tried again the next time. */
function every(milliseconds: number, act: () => Promise<void>): void {
  const safely = () => void act().catch(() => {});
  safely();
  const timer = setInterval(safely, milliseconds);
  onScopeDispose(() => clearInterval(timer));
}

export type Definitions = Record<string, Schema["MomentAnswer"] | Schema["MeasureAnswer"]>;

export function useDefinitions(): Readonly<Ref<Definitions>> {
  const found = shallowRef<Definitions>({});
  every(EVERY_HALF_HOUR, async () => {
    const { moments, measures } = await answer(api.GET("/api/live/definitions"));
    found.value = Object.fromEntries([...moments, ...measures].map((one) => [one.id, one]));
  });
  return found;
}

/** The 48 half-hours of today; `foreseen` is false while there is too little history. */
export function useHalfHours(): { halfHours: Readonly<Ref<HalfHour[]>>; foreseen: Ref<boolean> } {
  const halfHours = shallowRef<HalfHour[]>([]);
  const foreseen = ref(true);
  let forecast = new Map<string, number>();

  every(EVERY_HALF_HOUR, async () => {
    const day = today();
    const query = { day, minutes: 30 } as const;
    const plan = await answer(api.GET("/api/staffing/plan", { params: { query } }));
    foreseen.value = plan.source === "ledger";
    const known = foreseen.value ? plan.intervals : [];
    forecast = new Map(known.map((one) => [one.begin.slice(11, 16), one.calls]));
  });
  every(EVERY_MINUTE, async () => {
    const found = await answer(api.GET("/api/live/half-hours"));
    const real = new Map(found.map((one) => [one.begin.slice(11, 16), one]));
    halfHours.value = Array.from({ length: 48 }, (_, index) => {
      const at = `${String(index >> 1).padStart(2, "0")}:${index % 2 ? "30" : "00"}`;
      const one = real.get(at);
      const calls = one?.human_requests ?? 0;
      return { at, calls, answered: one?.answered ?? 0, forecast: forecast.get(at) ?? null };
    });
  });
  return { halfHours, foreseen };
}

/** The line on which each waiting call came in; asked for once a call is new here. */
export function useLines(waiting: Readonly<Ref<string[]>>): Readonly<Ref<Record<string, string>>> {
  const lines = ref<Record<string, string>>({});
  async function ask(): Promise<void> {
    const unknown = waiting.value.filter((call) => !(call in lines.value)).slice(0, 100);
    if (!unknown.length) return;
    const query = { call: unknown };
    const found = await answer(api.GET("/api/live/lines", { params: { query } }));
    const kept = Object.entries(lines.value).filter(([call]) => waiting.value.includes(call));
    lines.value = { ...Object.fromEntries(kept), ...found };
  }
  watch(waiting, () => void ask().catch(() => {}));
  every(3_000, ask);
  return lines;
}

function today(): string {
  return new Intl.DateTimeFormat("en-CA", { timeZone: "Asia/Shanghai" }).format(new Date());
}

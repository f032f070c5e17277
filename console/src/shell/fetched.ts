/** Something that comes from the API: its value, what went wrong, and a way to fetch it again. */
import { ref, shallowRef, type Ref } from "vue";

import { asProblem, type Problem } from "@/api/problem";

export interface Fetched<T> {
  value: Readonly<Ref<T | undefined>>;
  problem: Readonly<Ref<Problem | null>>;
  busy: Readonly<Ref<boolean>>;
  again: () => Promise<void>;
}

/** Fetch now, and again when asked; an answer that was overtaken by a later one is dropped. */
export function useFetched<T>(fetch: () => Promise<T>): Fetched<T> {
  const value = shallowRef<T>();
  const problem = shallowRef<Problem | null>(null);
  const busy = ref(false);
  let round = 0;

  async function again(): Promise<void> {
    const mine = ++round;
    busy.value = true;
    try {
      const found = await fetch();
      if (mine === round) [value.value, problem.value] = [found, null];
    } catch (error) {
      if (mine === round) problem.value = asProblem(error);
    } finally {
      if (mine === round) busy.value = false;
    }
  }

  void again();
  return { value, problem, busy, again };
}

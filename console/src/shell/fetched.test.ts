import { flushPromises } from "@vue/test-utils";
import { expect, test } from "vitest";

import { Problem } from "@/api/problem";
import { useFetched } from "@/shell/fetched";

test("an answer that was overtaken by a later one is dropped", async () => {
  const asked: ((value: string) => void)[] = [];
  const fetched = useFetched(() => new Promise<string>((resolve) => asked.push(resolve)));
  void fetched.again();
  asked[1]?.("later");
  await flushPromises();
  asked[0]?.("earlier");
  await flushPromises();
  expect(fetched.value.value).toBe("later");
});

test("what was shown stays while fetching again fails", async () => {
  let fails = false;
  const fetched = useFetched(async () => {
    if (fails) throw new Problem(503, "database-away", "away");
    return "shown";
  });
  await flushPromises();
  fails = true;
  await fetched.again();
  expect(fetched.value.value).toBe("shown");
  expect(fetched.problem.value?.slug).toBe("database-away");
});

/** Routes from the table of pages, and who is let in. */
import { createRouter, createWebHistory, type RouteRecordRaw } from "vue-router";

import { whenExpired } from "@/api/client";
import { i18n } from "@/i18n";
import { PAGES, type Page } from "@/pages";
import { useSession } from "@/stores/session";

declare module "vue-router" {
  interface RouteMeta {
    page?: Page;
  }
}

function record(page: Page): RouteRecordRaw {
  return { path: page.path, name: page.name, component: page.component, meta: { page } };
}

const inShell = PAGES.filter((page) => !page.bare).map(record);
const bare = PAGES.filter((page) => page.bare).map(record);

export const router = createRouter({
  history: createWebHistory(),
  routes: [
    { path: "/sign-in", name: "sign-in", component: () => import("@/pages/signin/SignIn.vue") },
    ...bare,
    {
      path: "/",
      component: () => import("@/shell/Shell.vue"),
      children: [
        ...inShell,
        {
          path: "/forbidden",
          name: "forbidden",
          component: () => import("@/shell/Forbidden.vue"),
        },
        { path: "/:rest(.*)", name: "missing", component: () => import("@/shell/Missing.vue") },
      ],
    },
  ],
});

router.beforeEach(async (to) => {
  const session = useSession();
  const page = to.meta.page;
  if (to.name === "sign-in" || page?.open) return true;
  try {
    await session.restore();
  } catch {
    return { name: "sign-in", query: { next: to.fullPath, offline: "1" } };
  }
  if (!session.signedIn) return { name: "sign-in", query: { next: to.fullPath } };
  if (page && !session.may(...(page.needs ?? []))) return { name: "forbidden" };
  return true;
});

router.afterEach((to) => {
  const name = to.meta.page?.name;
  const { t } = i18n.global;
  document.title = name ? `${t(`pages.${name}`)} · ${t("shell.product")}` : t("shell.product");
});

whenExpired(() => {
  const here = router.currentRoute.value;
  if (here.name === "sign-in" || here.meta.page?.open) return;
  useSession().forget();
  void router.push({ name: "sign-in", query: { next: here.fullPath, expired: "1" } });
});

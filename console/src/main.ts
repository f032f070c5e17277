import { createPinia } from "pinia";
import { createApp } from "vue";

import App from "@/App.vue";
import { i18n } from "@/i18n";
import { router } from "@/router";

import "element-plus/theme-chalk/base.css";
import "element-plus/theme-chalk/dark/css-vars.css";
import "element-plus/theme-chalk/el-message.css";
import "element-plus/theme-chalk/el-message-box.css";
import "element-plus/theme-chalk/el-loading.css";
import "@/styles/base.css";

// After an update the pieces of the version before are gone: fetch the new one, once.
window.addEventListener("vite:preloadError", () => {
  if (sessionStorage.getItem("reloaded-for") === document.title) return;
  sessionStorage.setItem("reloaded-for", document.title);
  location.reload();
});

createApp(App).use(createPinia()).use(i18n).use(router).mount("#app");

// How many are unread: in the title, on the page's icon, and on the app's own where it was put on the phone's screen.
const icon = document.querySelector("link[rel=icon]");
const plain = icon.dataset.plain, marked = icon.dataset.new;

export const badge = (count, title) => {
  document.title = title;
  icon.href = count ? marked : plain;
  if (!navigator.setAppBadge) return;
  (count ? navigator.setAppBadge(count) : navigator.clearAppBadge()).catch(() => {});
};

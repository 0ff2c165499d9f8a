// "In meiner Nähe": the same search, from the device's place. The place stays
// in the page's address and is sent nowhere else.
import { announce } from "../islands/dom";

for (const button of document.querySelectorAll<HTMLButtonElement>("[data-near-me]")) {
  button.addEventListener("click", () => {
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        const to = new URL(location.href);
        to.searchParams.set("sort", "distance");
        to.searchParams.set("lon", coords.longitude.toFixed(3)); // about 100 m
        to.searchParams.set("lat", coords.latitude.toFixed(3));
        to.searchParams.delete("page");
        location.assign(to);
      },
      () => announce(button.dataset.nearMe ?? ""),
      { timeout: 10_000, maximumAge: 60_000 },
    );
  });
}

// The list of ideas: "In meiner Nähe" sorts by the distance from where the device
// is. Its position goes with this one request, rounded to about ten metres, and
// is kept nowhere.
import { onPlace } from "../islands/dom";
import { locate } from "../islands/place";

const box = document.querySelector<HTMLElement>("[data-near-me]");
const form = box?.closest("form");
const button = box?.querySelector<HTMLElement>("[data-locate]");
if (box && form && button) {
  locate(button);
  onPlace((place) => {
    if (place.from !== "device") return;
    const query = new URLSearchParams();
    for (const [name, value] of new FormData(form)) {
      if (typeof value === "string" && value && !["near", "near_of", "sort", "seed"].includes(name))
        query.append(name, value);
    }
    query.set("sort", "near");
    query.set("near", `${place.lon.toFixed(4)},${place.lat.toFixed(4)}`);
    location.assign(`${form.action.split("?")[0]}?${query}`);
  });
}

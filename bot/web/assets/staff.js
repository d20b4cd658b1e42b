// The one-time code stands behind the # of the link, where no server and no network's preview sees it. It goes into the form and out of
// the address.
"use strict";
const field = document.getElementById("code");
if (field && location.hash.length > 1) {
  field.value = location.hash.slice(1);
  history.replaceState(null, "", location.pathname + location.search);
}

// Leads from the top page to the reader's language, where there is one.
const wanted = navigator.languages.map((language) => language.split("-")[0]);
const links = [...document.querySelectorAll("a[lang]")];
const mine = wanted.map((language) => links.find((link) => link.lang === language)).find(Boolean) ?? links[0];
location.replace(mine.href);
